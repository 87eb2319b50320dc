/// Says which names operations, branches and actions may have.
enum NameRule {
    static let maximumLength = 200

    /// Checks a name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - kind: What it names, for the message: "an action".
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidName``.
    static func check(_ name: String, of kind: String) throws(BackOpsError) {
        if name.isEmpty {
            throw .invalidName(name, "The name of \(kind) is empty. Give it at least one character.")
        }
        if TypeName.isUnstable(name) {
            throw .invalidName(
                name,
                """
                The type "\(name)" is private or local to a function, so its name changes from \
                build to build. Give it a `static let name`, or declare it elsewhere.
                """
            )
        }
        if name.unicodeScalars.count > maximumLength {
            let length = name.unicodeScalars.count
            throw .invalidName(
                name,
                """
                The name of \(kind) that begins "\(name.prefix(40))" has \(length) characters. \
                At most \(maximumLength) are allowed.
                """
            )
        }
        for scalar in name.unicodeScalars where scalar == "/" || scalar.properties.generalCategory == .control
        {
            let character = scalar == "/" ? "\"/\"" : "the control character \(scalar.escaped(asASCII: true))"
            throw .invalidName(
                name,
                "The name of \(kind), \"\(printable(name))\", contains \(character). Leave it out."
            )
        }
    }

    private static func printable(_ name: String) -> String {
        name.unicodeScalars.map { $0.escaped(asASCII: false) }.joined()
    }
}
