import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reasons, each with what is known about it and what to do.
struct ExplanationText {
    private let reasons: [Explanation]
    private let now: Date

    init(_ reasons: [Explanation], now: Date = Date()) {
        self.reasons = reasons
        self.now = now
    }

    func text(_ style: Style) -> String {
        reasons.map { reason in
            var head = Sanitised.line(reason.detail ?? reason.reason.rawValue)
            var times: [String] = []
            if let since = reason.since { times.append("for \(Ago.short(since, now: now))") }
            if let until = reason.until, until > now {
                times.append("goes on \(Ago.sentence(until, now: now))")
            }
            if !times.isEmpty { head += " (\(times.joined(separator: ", ")))" }
            var lines = WrappedText.lines(head, style.width, first: "  • ", rest: "    ").map { line in
                String(line.prefix(4)) + style.paint(String(line.dropFirst(4)), .bold)
            }
            if let advice = reason.advice {
                let words = Sanitised.line(CommandAdvice.text(advice))
                lines += WrappedText.lines(words, style.width, first: "    → ", rest: "      ")
            }
            return lines.map { $0 + "\n" }.joined()
        }.joined()
    }
}

extension Explanation {
    /// The reason as `--json` shows it, under the names of the function `explain`.
    var json: JSONValue {
        [
            "reason": .string(reason.rawValue), "detail": JSONValue(detail),
            "advice": JSONValue(advice.map { CommandAdvice.text($0) }),
            "worker_id": workerID.map { .integer($0) } ?? .null, "since": JSONValue(since),
            "until": JSONValue(until),
        ]
    }
}
