/// One function call of a stack, with what the debug information says about it.
package struct StackFrame: Sendable, Equatable {
    /// The linker's name, from which the module is read.
    package let mangledName: String
    /// The function's name without modules and types of parameters, as `SendEmailReceipt.send()`.
    package let name: String
    /// The file name of the executable or library.
    package let image: String
    /// The source file as the compiler saw it; `nil` without debug information.
    package let path: String?
    /// The line in that file, counted from 1.
    package let line: Int

    package init(mangledName: String, name: String, image: String, path: String? = nil, line: Int = 0) {
        self.mangledName = mangledName
        self.name = name
        self.image = image
        self.path = path
        self.line = line
    }

    /// The frame as a line of text, `SendEmailReceipt.send() at Sources/Shop/SendEmailReceipt.swift:18`.
    package var text: String {
        guard let path, line > 0 else { return name }
        return "\(name) at \(Self.shortened(path)):\(line)"
    }

    /// Leaves out the part of a path that says where it was built.
    ///
    /// - Returns: The part from the last `Sources`, `Tests` or `Examples` on, or the last two components.
    package static func shortened(_ path: String) -> String {
        let components = path.split(separator: "/")
        let root = components.dropLast().lastIndex { ["Sources", "Tests", "Examples"].contains($0) }
        return components[(root ?? max(0, components.count - 2))...].joined(separator: "/")
    }
}
