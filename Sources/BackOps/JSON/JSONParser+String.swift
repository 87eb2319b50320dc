extension JSONParser {
    /// Reads a string; the position is at its opening quote.
    mutating func string() throws(BackOpsError) -> String {
        position += 1
        let start = position
        while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            position += 1
        }
        if peek() == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try validated(bytes[start..<position], from: start)
        }
        return try escapedString(from: start)
    }

    /// Reads on where a string that has escapes meets its first.
    private mutating func escapedString(from start: Int) throws(BackOpsError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try validated(text, from: start)
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case ..<0x20:
                throw error("a control character must be escaped inside a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw error("a string is not closed")
    }

    private mutating func escape(into text: inout [UInt8]) throws(BackOpsError) {
        position += 1
        guard let byte = peek() else { throw error("a string is not closed") }
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape()
            text.append(contentsOf: Character(scalar).utf8)
            return
        default: throw error("there is no such escape in a string")
        }
        text.append(plain)
        position += 1
    }

    /// Reads `uXXXX`, and the second half that must follow a high surrogate.
    private mutating func unicodeEscape() throws(BackOpsError) -> Unicode.Scalar {
        let start = position
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code), take("\\"), peek() == UInt8(ascii: "u") {
            let low = try hexadecimal()
            if (0xDC00..<0xE000).contains(low) {
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
        }
        guard code != 0 else {
            position = start
            throw error("PostgreSQL cannot store the character \\u0000")
        }
        guard let scalar = Unicode.Scalar(code) else {
            position = start
            throw error("this is one half of a surrogate pair without the other")
        }
        return scalar
    }

    /// Reads four hexadecimal digits; the position is at the `u` before them.
    private mutating func hexadecimal() throws(BackOpsError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            position += 1
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
            else {
                throw error("\\u needs four hexadecimal digits")
            }
            code = code << 4 + UInt32(digit)
        }
        position += 1
        return code
    }

    private func validated(_ text: some Collection<UInt8>, from start: Int) throws(BackOpsError) -> String {
        guard let text = String(validating: text, as: UTF8.self) else {
            throw .invalidGlobals(
                nil,
                "The JSON text is wrong: the string at byte \(start) is not valid UTF-8."
            )
        }
        return text
    }
}
