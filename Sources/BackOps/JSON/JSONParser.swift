/// Reads JSON text in UTF-8, strictly by RFC 8259, and refuses what PostgreSQL's `jsonb` cannot hold.
///
/// One function per level of nesting, so that ``JSONValue/depthLimit`` levels fit a small stack.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    /// Reads a whole document.
    static func parse(_ bytes: [UInt8]) throws(BackOpsError) -> JSONValue {
        try withParser(bytes) { parser throws(BackOpsError) in try parser.value(depth: 0) }
    }

    /// Reads an object whose members' order counts; nil when the document is not an object.
    ///
    /// A key that occurs twice is there twice.
    static func parseMembers(
        _ bytes: [UInt8]
    ) throws(BackOpsError) -> [(key: JSONValue.Key, value: JSONValue)]? {
        try withParser(bytes) { parser throws(BackOpsError) in
            guard parser.peek() == UInt8(ascii: "{") else {
                _ = try parser.value(depth: 0)
                return nil
            }
            return try parser.members(depth: 1)
        }
    }

    private static func withParser<Result>(
        _ bytes: [UInt8],
        _ body: (inout JSONParser) throws(BackOpsError) -> Result
    ) throws(BackOpsError) -> Result {
        try bytes.withUnsafeBufferPointer { buffer throws(BackOpsError) in
            var parser = JSONParser(bytes: buffer)
            parser.skipWhitespace()
            let result = try body(&parser)
            parser.skipWhitespace()
            guard parser.position == buffer.count else { throw parser.error("there is text after the value") }
            return result
        }
    }

    private mutating func value(depth: Int) throws(BackOpsError) -> JSONValue {
        guard let byte = peek() else { throw error("a value is missing") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(Dictionary(try members(depth: depth + 1)) { $1 })
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error("this is not a value")
        }
    }

    private mutating func members(depth: Int) throws(BackOpsError) -> [(key: JSONValue.Key, value: JSONValue)]
    {
        guard depth <= JSONValue.depthLimit else { throw tooDeep() }
        var members: [(key: JSONValue.Key, value: JSONValue)] = []
        position += 1
        skipWhitespace()
        if take("}") { return members }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw error("a key in double quotes is missing") }
            let key = try string()
            skipWhitespace()
            guard take(":") else { throw error("a colon is missing") }
            skipWhitespace()
            members.append((JSONValue.Key(key), try value(depth: depth)))
            skipWhitespace()
            if take("}") { return members }
            guard take(",") else { throw error("a comma or a closing brace is missing") }
            skipWhitespace()
        }
    }

    private mutating func elements(depth: Int) throws(BackOpsError) -> [JSONValue] {
        guard depth <= JSONValue.depthLimit else { throw tooDeep() }
        var elements: [JSONValue] = []
        position += 1
        skipWhitespace()
        if take("]") { return elements }
        while true {
            elements.append(try value(depth: depth))
            skipWhitespace()
            if take("]") { return elements }
            guard take(",") else { throw error("a comma or a closing bracket is missing") }
            skipWhitespace()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(BackOpsError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else {
            throw error("this is not a value")
        }
        position = end
        return value
    }
}

// MARK: - Bytes

extension JSONParser {
    /// The next byte, or nil at the end.
    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func skipWhitespace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    func error(_ reason: String) -> BackOpsError {
        .invalidGlobals(nil, "The JSON text is wrong at byte \(position): \(reason).")
    }

    private func tooDeep() -> BackOpsError {
        BackOpsError(
            .limitExceeded,
            message:
                "The JSON text is wrong at byte \(position): arrays and objects are nested more than \(JSONValue.depthLimit) deep."
        )
    }
}
