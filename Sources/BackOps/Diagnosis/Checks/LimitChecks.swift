import LibPQ

extension DiagnosisCheck {
    /// What waits because somebody set a limit, or because nobody looks.
    static let limits = [DiagnosisCheck("limits", needsSchema: true, limits)]

    private static func limits(_ examination: Examination) async throws -> [Observation] {
        let overdue = try await examination.query(examination.engine.overdueLimits()).map { row in
            let (count, seconds) = try row.decode(as: Int.self, Double.self)
            return Observation.failure(
                "\(count.of("operation")) came to a limit up to \(Duration.seconds(seconds).inWords) ago, and no worker looks whether "
                    + "\(count == 1 ? "it" : "they") may start",
                advice: "Start a worker: any one does."
            )
        }
        let byHand = try await examination.query(examination.engine.limitsByHand()).map { row in
            let (name, maximum, waiting, member, seconds, reason) = try row.decode(
                as: String.self,
                Int32?.self,
                Int.self,
                String.self,
                Double.self,
                String?.self
            )
            let literal = "'" + name.replacing("'", with: "''") + "'"
            return Observation.warning(
                "the limit \"\(name)\" was set to \(maximum.map(String.init) ?? "any number") by \(member) "
                    + "\(Duration.seconds(seconds).inWords) ago" + (reason.map { " (\($0))" } ?? "")
                    + ", and \(waiting.of("operation")) \(waiting == 1 ? "waits" : "wait") in line",
                advice: maximum == 0
                    ? "Nothing starts until set_limit(\(literal), 1), or reset_limit(\(literal)), which lets the plan's number hold again."
                    : "reset_limit(\(literal)) lets the plan's number hold again."
            )
        }
        return overdue.isEmpty && byHand.isEmpty
            ? [.fine("nothing waits for a limit that somebody set")] : overdue + byHand
    }
}
