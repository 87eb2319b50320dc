extension JSONParser {
    mutating func number() throws(BackOpsError) -> JSONValue {
        let rest = UnsafeBufferPointer(rebasing: bytes[position...])
        let length = Self.numberLength(in: rest)
        guard length > 0 else { throw error("this is not a number") }
        let text = String(decoding: rest[..<length], as: UTF8.self)
        position += length
        // "-0" stays as it is: an integer would drop its sign. Int64 also refuses fractions and exponents.
        guard text != "-0", let integer = Int64(text) else {
            return .number(JSONValue.Number(unchecked: text))
        }
        return .integer(integer)
    }

    /// The length of the number that the bytes start with; 0 when they start with none.
    static func numberLength(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 0
        func digits(from start: Int) -> Int {
            var end = start
            while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
            return end
        }
        func has(_ characters: StaticString, at index: Int) -> Bool {
            index < bytes.count && "\(characters)".utf8.contains(bytes[index])
        }
        if has("-", at: index) { index += 1 }
        let whole = digits(from: index)
        guard whole > index, whole == index + 1 || !has("0", at: index) else { return 0 }
        index = whole
        if has(".", at: index) {
            let fraction = digits(from: index + 1)
            guard fraction > index + 1 else { return 0 }
            index = fraction
        }
        if has("eE", at: index) {
            let start = index + (has("+-", at: index + 1) ? 2 : 1)
            let exponent = digits(from: start)
            guard exponent > start else { return 0 }
            index = exponent
        }
        return index
    }
}
