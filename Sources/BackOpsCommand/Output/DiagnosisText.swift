import BackOps

/// What `doctor` prints: a line for each finding, below it what to do, and the sum.
struct DiagnosisText {
    let diagnosis: Diagnosis

    init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

    func text(_ style: Style) -> String {
        let width = diagnosis.findings.map(\.check.count).max() ?? 0
        var text = ""
        for finding in diagnosis.findings {
            let check = finding.check + String(repeating: " ", count: width - finding.check.count)
            let start = "\(finding.level.sign) \(check)  "
            let indent = String(repeating: " ", count: TextWidth.of(start))
            let lines = WrappedText.lines(
                Sanitised.line(finding.found),
                style.width,
                first: start,
                rest: indent
            )
            let sign = style.paint(finding.level.sign, finding.level.colour)
            // Painted afterwards, because colours have no width.
            text += "\(sign) \(style.paint(check, .dim))" + lines[0].dropFirst(start.count - 2) + "\n"
            text += lines.dropFirst().map { $0 + "\n" }.joined()
            if let advice = finding.advice {
                let words = Sanitised.line(CommandAdvice.text(advice))
                text += WrappedText.text(words, style.width, first: indent + "→ ", rest: indent + "  ")
            }
        }
        return text + style.paint(sum, diagnosis.level.colour) + "\n"
    }

    private var sum: String {
        func count(_ level: Diagnosis.Level) -> Int { diagnosis.findings.count { $0.level == level } }
        let (failures, warnings) = (count(.failure), count(.warning))
        guard failures + warnings > 0 else { return "all is well" }
        return "\(failures) failed, \(warnings) to look at, \(count(.fine)) fine"
    }
}

extension Diagnosis.Level {
    fileprivate var sign: String {
        switch self {
        case .fine: "✓"
        case .warning: "!"
        case .failure: "✗"
        }
    }

    fileprivate var colour: Colour {
        switch self {
        case .fine: .green
        case .warning: .yellow
        case .failure: .red
        }
    }
}

extension Diagnosis {
    /// The document of `doctor --json`.
    var json: JSONValue {
        [
            "level": .string(level.rawValue),
            "findings": .array(
                findings.map { finding in
                    [
                        "check": .string(finding.check), "level": .string(finding.level.rawValue),
                        "found": .string(finding.found), "advice": JSONValue(finding.advice),
                    ]
                }
            ),
        ]
    }
}
