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
            var head = Sanitised.line(reason.detail ?? reason.reason)
            var times: [String] = []
            if let since = reason.since { times.append("for \(Ago.short(since, now: now))") }
            if let until = reason.until, until > now {
                times.append("goes on \(Ago.sentence(until, now: now))")
            }
            if !times.isEmpty { head += " (\(times.joined(separator: ", ")))" }
            var text = "  • " + style.paint(head, .bold) + "\n"
            if let advice = reason.advice { text += "    → " + Sanitised.line(advice) + "\n" }
            return text
        }.joined()
    }
}

extension Explanation {
    /// The reason as `--json` shows it, under the names of the function `explain`.
    var json: JSON {
        [
            "reason": .string(reason), "detail": JSON(detail), "advice": JSON(advice),
            "worker_id": workerID.map { .integer($0) } ?? .null, "since": JSON(since), "until": JSON(until),
        ]
    }
}
