import CThrowHook

/// Whose code a frame of a stack runs.
package enum FrameOwner: Sendable, Equatable {
    /// The application and its libraries: what a reader wants to see.
    case application
    /// The module BackOps and its throw hook.
    case engine
    /// The Swift runtime and libraries, Foundation, the test library and libc; and code that only the
    /// compiler wrote.
    case system
}

extension StackFrame {
    /// Tells whose code this is.
    ///
    /// By the module first: a statically linked binary has the runtime in the same image, and the
    /// optimizer moves generic functions of the standard library into the image that calls them.
    package var owner: FrameOwner {
        if let module = Self.module(of: mangledName) {
            if module == "BackOps" { return .engine }
            // A copy of swift_willThrowTyped, which has no module, carries its own name in this place.
            if Self.systemModules.contains(module) || module.hasPrefix("swift_") { return .system }
        } else if mangledName.hasPrefix("throw_hook_") {
            return .engine
        } else if mangledName == "main" || Self.systemFunctions.contains(where: mangledName.hasPrefix)
            || mangledName.hasPrefix("_Z") && mangledName.contains("5swift")
        {
            return .system
        }
        if Self.systemImages.contains(where: image.hasPrefix) { return .system }
        return path?.hasSuffix("<compiler-generated>") == true ? .system : .application
    }

    /// Reads the module that defines a function from its mangled name.
    ///
    /// An extension belongs to the module that wrote it, not to that of the extended type.
    ///
    /// - Returns: The module, or `nil` for names that are not Swift's.
    package static func module(of mangledName: String) -> String? {
        guard mangledName.hasPrefix("$s") else { return nil }
        if let name = extendingModule(of: mangledName) { return name }
        let rest = mangledName.dropFirst(2)
        if rest.hasPrefix("Sc") { return "_Concurrency" }
        let digits = rest.prefix { $0.isWholeNumber }
        guard let length = Int(digits), length > 0 else { return "Swift" }
        return String(rest.dropFirst(digits.count).prefix(length))
    }

    private static func extendingModule(of mangledName: String) -> String? {
        guard let full = throw_hook_demangle(mangledName) else { return nil }
        defer { throw_hook_free(full) }
        let name = String(cString: full)
        let marker = "(extension in "
        var rest = name[...]
        while let parenthesis = rest.firstIndex(of: "(") {
            rest = rest[parenthesis...]
            if rest.hasPrefix(marker) { return String(rest.dropFirst(marker.count).prefix { $0 != ")" }) }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static let systemModules: Set<String> = [
        "Swift", "_Concurrency", "_StringProcessing", "_RegexParser", "Synchronization", "Observation",
        "Runtime", "Dispatch", "Foundation", "FoundationEssentials", "FoundationInternationalization",
        "FoundationNetworking", "Testing", "XCTest",
        // Binds the logger around every action.
        "Logging",
    ]

    private static let systemFunctions = [
        "swift_", "_swift_", "_dispatch_", "dispatch_", "__libc_", "_start",
        "start_thread", "clone",
    ]

    private static let systemImages = [
        "libswift", "libFoundation", "lib_Foundation", "libdispatch", "libBlocksRuntime", "libTesting",
        "lib_Testing", "libXCTest", "libc.so", "libpthread", "ld-linux",
    ]
}
