import Foundation

/// The commands of a documentation page, and what they print there.
///
/// In blocks of ```console a line that begins with `$ ` is a command for a shell, and one that begins with `=> ` a statement
/// for psql; what follows up to the next of these is the output.
struct Transcript {
    struct Step {
        let prompt: String
        let command: String
        let output: [String]
    }

    private static let prompts = ["$ ", "=> "]

    let steps: [Step]
    private let lines: [String]
    /// Where the output of each step stands among the lines.
    private let places: [Range<Int>]

    init(_ page: String) {
        lines = page.components(separatedBy: "\n")
        var (steps, places): ([Step], [Range<Int>]) = ([], [])
        var isConsole = false
        var start: (prompt: String, command: String, line: Int)?
        for (number, line) in lines.enumerated() {
            let prompt = isConsole ? Self.prompts.first { line.hasPrefix($0) } : nil
            if let begun = start, prompt != nil || line == "```" {
                // A blank line in front of the next command belongs to the page.
                var end = number
                while end > begun.line + 1, lines[end - 1].isEmpty { end -= 1 }
                places.append(begun.line + 1..<end)
                let output = Array(lines[begun.line + 1..<end])
                steps.append(Step(prompt: begun.prompt, command: begun.command, output: output))
                start = nil
            }
            if line.hasPrefix("```") { isConsole = line == "```console" }
            if let prompt { start = (prompt, String(line.dropFirst(prompt.count)), number) }
        }
        (self.steps, self.places) = (steps, places)
    }

    /// The page with other outputs.
    func page(with outputs: [[String]]) -> String {
        var lines = lines
        for (place, output) in zip(places, outputs).reversed() { lines.replaceSubrange(place, with: output) }
        return lines.joined(separator: "\n")
    }

    /// What of a line is the same on every day and every machine: not times, numbers other than 0, and the width of columns.
    static func shape(_ line: String) -> String {
        line.replacing(#/\d{4}-\d\d-\d\d[T ][\d:.+]+/#, with: "time")
            .replacing(#/\b\d[\d.,:]*(ms|s|m|h|d)?\b/#) { $0.output.0 == "0" ? "0" : "9" }
            .replacing(#/-{2,}(\+-{2,})*/#, with: "-")
            .replacing(#/\s+/#, with: " ")
            .replacing(#/ ?\| ?/#, with: "|")
            .replacing(#/\S+ pid 9/#, with: "host pid 9")
            .trimmingCharacters(in: .whitespaces)
    }

    /// Whether two lines have the same shape; where one of them was cut to fit, as far as it goes.
    static func isAlike(_ first: String, _ second: String) -> Bool {
        let shapes = [shape(first), shape(second)]
        guard shapes.contains(where: { $0.hasSuffix("…") }) else { return shapes[0] == shapes[1] }
        let texts = shapes.map { $0.hasSuffix("…") ? String($0.dropLast()) : $0 }
        let length = min(texts[0].count, texts[1].count)
        return length > 20 && texts[0].prefix(length) == texts[1].prefix(length)
    }

    /// Whether lines have the shape of those on the page, where "…" stands for any number of them.
    static func matches(_ printed: some Collection<String>, _ expected: some Collection<String>) -> Bool {
        guard let first = expected.first else { return printed.isEmpty }
        if first.trimmingCharacters(in: .whitespaces) == "…" {
            if matches(printed, expected.dropFirst()) { return true }
            return !printed.isEmpty && matches(printed.dropFirst(), expected)
        }
        guard let line = printed.first, isAlike(line, first) else { return false }
        return matches(printed.dropFirst(), expected.dropFirst())
    }
}
