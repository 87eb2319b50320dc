extension JSONValue {
    /// Refuses a value that PostgreSQL's `jsonb` cannot hold or that nests too deep.
    ///
    /// - Parameter key: The global that holds it; it starts the path that the error names.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` or ``BackOpsError/Code/limitExceeded``.
    package func validate(key: String) throws(BackOpsError) {
        if key.utf8.contains(0) { throw Self.nulError(key) }
        try validate(path: key, depth: 1)
    }

    /// `depth` counts the object that holds the globals.
    private func validate(path: String, depth: Int) throws(BackOpsError) {
        switch self {
        case .string(let text) where text.utf8.contains(0):
            throw Self.nulError(path)
        case .array(let elements):
            try Self.checkDepth(depth + 1, path)
            for (index, element) in elements.enumerated() {
                try element.validate(path: path.count < 200 ? "\(path)[\(index)]" : path, depth: depth + 1)
            }
        case .object(let members):
            try Self.checkDepth(depth + 1, path)
            for (key, value) in members {
                let inner = path.count < 200 ? "\(path).\(key)" : path
                if key.text.utf8.contains(0) { throw Self.nulError(inner) }
                try value.validate(path: inner, depth: depth + 1)
            }
        default: break
        }
    }

    private static func checkDepth(_ depth: Int, _ path: String) throws(BackOpsError) {
        guard depth > depthLimit else { return }
        throw .limitExceeded(path, "arrays and objects are nested more than \(depthLimit) deep.")
    }

    private static func nulError(_ path: String) -> BackOpsError {
        let path = path.replacing("\0", with: "\\u0000")
        return .invalidGlobals(path, "PostgreSQL cannot store the character \\u0000.")
    }
}
