import BackOps
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the attempts of an operation logged, line by line, under the attempt that logged it.
struct LogText {
    let lines: [LoggedLine]

    init(_ lines: [LoggedLine]) { self.lines = lines }

    func text(_ style: Style) -> String {
        var text = style.paint("logged by attempts", .dim) + "\n"
        guard !lines.isEmpty else {
            return text
                + "  nothing that was stored; workers store it if their configuration says so (attemptLogs)\n"
        }
        var place = ""
        for line in lines { text += Self.text(line, after: &place, style, indent: "  ") }
        return text
    }

    /// A line, below its attempt where that is another one than before.
    static func text(_ line: LoggedLine, after place: inout String, _ style: Style, indent: String) -> String
    {
        let here = "\(line.action), attempt \(line.attempt)" + (line.run > 1 ? " of run \(line.run)" : "")
        defer { place = here }
        let head = here == place ? "" : indent + style.paint(Sanitised.line(here), .bold) + "\n"
        return head + indent + "  " + self.line(line, style) + "\n"
    }

    private static func line(_ line: LoggedLine, _ style: Style) -> String {
        let time = line.loggedAt.formatted(.iso8601.time(includingFractionalSeconds: true)) + "Z"
        let metadata = line.metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let level = TextWidth.pad(line.level.rawValue, 7)
        return "\(time) \(colour(of: line.level).map { style.paint(level, $0) } ?? level) "
            + Sanitised.line(line.message) + style.paint(Sanitised.line(metadata), .dim)
    }

    private static func colour(of level: Logger.Level) -> Colour? {
        switch level {
        case .warning: .yellow
        case .error, .critical: .red
        default: nil
        }
    }
}

/// Writes logged lines as they come: under their attempts, or as documents.
struct LogWriter {
    private let output: OutputOptions
    /// Whether more may come at any time, so that there is no array to close.
    private let isOpen: Bool
    private var place = ""
    private var count = 0

    init(_ output: OutputOptions, isOpen: Bool) { (self.output, self.isOpen) = (output, isOpen) }

    mutating func write(_ lines: [LoggedLine]) {
        var text = ""
        for line in lines {
            if !output.json {
                text += LogText.text(line, after: &place, output.style, indent: "")
            } else if isOpen {
                text += "\(line.json)\n"
            } else {
                text += (count == 0 ? "[" : ",\n") + "\(line.json)"
            }
            count += 1
        }
        StandardStream.output.write(text)
    }

    func end() {
        if output.json, !isOpen { StandardStream.output.writeLine(count == 0 ? "[]" : "]") }
    }
}
