/// Takes the power out of text that others wrote, such as error messages, before it reaches a terminal.
enum Sanitised {
    /// One line: every control character, line breaks included, becomes a space.
    static func line(_ text: String) -> String {
        text.unicodeScalars.contains(where: isHarmful) ? clean(text) { _ in false } : text
    }

    /// Several lines: line breaks stay, every other control character becomes a space.
    static func lines(_ text: String) -> String {
        text.unicodeScalars.contains(where: isHarmful) ? clean(text) { $0 == "\n" } : text
    }

    private static func clean(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(isHarmful(scalar) && !isKept(scalar) ? " " : scalar)
        }
        return String(result)
    }

    /// Control characters, and those that turn the direction of what follows.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069, 0x2028, 0x2029: true
        default: false
        }
    }
}
