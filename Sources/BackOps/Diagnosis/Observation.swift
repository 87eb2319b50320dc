/// What a check saw.
enum Observation {
    case fine(String)
    case warning(String, advice: String)
    case failure(String, advice: String)

    /// An observation of a level that was computed.
    init(_ level: Diagnosis.Level, _ found: String, advice: String) {
        self =
            switch level {
            case .fine: .fine(found)
            case .warning: .warning(found, advice: advice)
            case .failure: .failure(found, advice: advice)
            }
    }

    func finding(of check: String) -> Diagnosis.Finding {
        switch self {
        case .fine(let found): .init(check: check, level: .fine, found: found, advice: nil)
        case .warning(let found, let advice):
            .init(check: check, level: .warning, found: found, advice: advice)
        case .failure(let found, let advice):
            .init(check: check, level: .failure, found: found, advice: advice)
        }
    }
}

extension Duration {
    /// Makes a duration of the seconds that the server computed; what it did not is none.
    init(serverSeconds seconds: Double?) {
        self = .seconds(seconds ?? 0)
    }

    /// Writes a duration in one unit: `0.2 ms`, `40 s`, `12 min`, `3 h`, `2 days`.
    var inWords: String {
        let seconds = self / .seconds(1)
        return switch seconds {
        case ..<0.00095: "\(Int((seconds * 1_000_000).rounded())) µs"
        case ..<0.0095: "\((seconds * 10_000).rounded() / 10) ms"
        case ..<0.95: "\(Int((seconds * 1000).rounded())) ms"
        case ..<120: "\(Int(seconds.rounded())) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }
}

extension Int {
    /// Writes a number with its noun: `1 job`, `2 jobs`.
    func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
