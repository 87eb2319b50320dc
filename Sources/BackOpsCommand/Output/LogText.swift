import BackOps

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
        for line in lines {
            let here = "\(line.action), attempt \(line.attempt)" + (line.run > 1 ? " of run \(line.run)" : "")
            if here != place { text += "  " + style.paint(Sanitised.line(here), .bold) + "\n" }
            place = here
            text += "    " + self.line(line, style) + "\n"
        }
        return text
    }

    private func line(_ line: LoggedLine, _ style: Style) -> String {
        let time = line.loggedAt.formatted(.iso8601.time(includingFractionalSeconds: true)) + "Z"
        let metadata = line.metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let level = TextWidth.pad(line.level, 7)
        return "\(time) \(colour(of: line.level).map { style.paint(level, $0) } ?? level) "
            + Sanitised.line(line.message) + style.paint(Sanitised.line(metadata), .dim)
    }

    private func colour(of level: String) -> Colour? {
        switch level {
        case "warning": .yellow
        case "error", "critical": .red
        default: nil
        }
    }
}
