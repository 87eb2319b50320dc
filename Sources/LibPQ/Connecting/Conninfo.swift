internal import CLibPQ

/// A connection string taken apart: what it names itself, without defaults.
struct Conninfo {
    /// The settings named, by libpq's keywords.
    private(set) var values: [String: String] = [:]
    /// The keywords that libpq itself treats as secret.
    private var secrets: Set<String> = []

    init(parsing text: String) throws(PQError) {
        guard !text.utf8.contains(0) else {
            throw PQError(.invalidOptions, "The connection string contains a zero byte.")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let list = unsafe PQconninfoParse(text, &message) else {
            let reason = unsafe message.map { unsafe String(cString: $0) } ?? "out of memory"
            unsafe PQfreemem(message)
            throw PQError(
                .invalidOptions,
                "The connection string cannot be parsed: \(Self.withoutQuotes(reason))"
            )
        }
        defer { unsafe PQconninfoFree(list) }
        unsafe Self.forEach(list) { option in
            guard let keyword = unsafe option.keyword.map({ unsafe String(cString: $0) }) else { return }
            if let mark = unsafe option.dispchar, unsafe String(cString: mark) == "*" {
                secrets.insert(keyword)
            }
            guard let value = unsafe option.val.map({ unsafe String(cString: $0) }) else { return }
            values[keyword] = value
            if let name = unsafe option.envvar { unsafe variables[String(cString: name)] = value }
        }
    }

    /// The same settings as libpq's environment variables, those that have one.
    ///
    /// A keyword without a variable cannot be given so: `keepalives` is one.
    private(set) var variables: [String: String] = [:]

    /// The connection string without what libpq treats as secret.
    var redacted: String {
        values.filter { !secrets.contains($0.key) }
            .sorted { $0.key < $1.key }
            .map { key, value in
                let plain = !value.isEmpty && !value.contains { " '\\".contains($0) }
                return plain ? "\(key)=\(value)" : "\(key)='\(value)'"
            }
            .joined(separator: " ")
    }

    /// Returns what libpq would take for the keywords that are not named: environment, then built-in defaults.
    static func defaults() -> [String: String] {
        guard let list = unsafe PQconndefaults() else { return [:] }
        defer { unsafe PQconninfoFree(list) }
        var found: [String: String] = [:]
        unsafe forEach(list) { option in
            guard let keyword = unsafe option.keyword, let value = unsafe option.val else { return }
            unsafe found[String(cString: keyword)] = unsafe String(cString: value)
        }
        return found
    }

    private static func forEach(
        _ list: UnsafeMutablePointer<PQconninfoOption>,
        _ body: (PQconninfoOption) -> Void
    ) {
        var next = unsafe list
        while unsafe next.pointee.keyword != nil {
            unsafe body(next.pointee)
            unsafe next += 1
        }
    }

    /// Takes the quoted parts out of libpq's message: they are pieces of the string, perhaps of its password.
    private static func withoutQuotes(_ message: String) -> String {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\"") else {
            return message.trimmed
        }
        return (message[..<first] + "…" + message[message.index(after: last)...]).trimmed
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
