/// Gives types the names under which they are stored.
enum TypeName {
    /// The type's name without its module: `Billing.Charge`.
    static func of(_ type: Any.Type) -> String {
        withoutModule(String(reflecting: type))
    }

    /// Takes the module off a qualified name, which is all up to the first full stop.
    static func withoutModule(_ name: String) -> String {
        guard let stop = name.firstIndex(of: ".") else { return name }
        return String(name[name.index(after: stop)...])
    }

    /// The type's name without its module and without the unstable part of a private or local type.
    ///
    /// Good enough to be shown, but not to find the type again.
    static func shown(_ type: Any.Type) -> String {
        of(type).replacing(/\(unknown context at \$[0-9a-f]+\)\./, with: "")
    }

    /// Tells a name that changes from build to build, as private types and types local to a function have.
    static func isUnstable(_ name: String) -> Bool {
        name.contains("(unknown context at ") || name.contains(" in _")
    }
}
