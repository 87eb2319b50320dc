/// Breaks prose at words where the terminal ends.
enum WrappedText {
    /// The lines of a text; a word that is wider than the terminal stays whole.
    ///
    /// - Parameters:
    ///   - text: One line, or several.
    ///   - width: The columns there are; nil where lines may be as long as they are.
    ///   - first: What stands in front of the first line.
    ///   - rest: What stands in front of the others.
    /// - Returns: One line or more.
    static func lines(_ text: String, _ width: Int?, first: String = "", rest: String = "") -> [String] {
        var lines: [String] = []
        for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
            lines += wrapped(row, width, first: lines.isEmpty ? first : rest, rest: rest)
        }
        return lines
    }

    /// The same, each line with its end.
    static func text(_ text: String, _ width: Int?, first: String = "", rest: String = "") -> String {
        lines(text, width, first: first, rest: rest).map { $0 + "\n" }.joined()
    }

    private static func wrapped(_ row: Substring, _ width: Int?, first: String, rest: String) -> [String] {
        guard let width, TextWidth.of(first) + TextWidth.of(row) > width else { return [first + row] }
        var lines: [String] = []
        var (line, used, isEmpty) = (first, TextWidth.of(first), true)
        for word in words(of: row) {
            let length = TextWidth.of(word)
            if !isEmpty, used + 1 + length > width {
                lines.append(line)
                (line, used, isEmpty) = (rest, TextWidth.of(rest), true)
            }
            line += (isEmpty ? "" : " ") + word
            used += (isEmpty ? 0 : 1) + length
            isEmpty = false
        }
        lines.append(line)
        return lines
    }

    /// What a line may be broken between: words, of which commands in backquotes are one.
    private static func words(of row: Substring) -> [String] {
        var words: [String] = []
        var isOpen = false
        for word in row.split(separator: " ") {
            if isOpen { words[words.count - 1] += " " + word } else { words.append(String(word)) }
            if word.count(where: { $0 == "`" }) % 2 == 1 { isOpen.toggle() }
        }
        return words
    }
}

extension StandardStream {
    /// Writes prose, broken at words where the terminal ends.
    func say(_ text: String, _ style: Style) {
        write(WrappedText.text(Sanitised.lines(text), style.width))
    }
}
