import LibPQ

extension DiagnosisCheck {
    /// What waits because somebody set a limit or a rate, or closed one, or because nobody looks.
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
        let limits = try await examination.query(examination.engine.limitsByHand()).map { row in
            let (name, maximum, waiting, member, seconds, reason) = try row.decode(
                as: String.self,
                Int32?.self,
                Int.self,
                String.self,
                Double.self,
                String?.self
            )
            let literal = literal(name)
            return Observation.warning(
                "the limit \"\(name)\" was set to \(maximum.map(String.init) ?? "any number") "
                    + "by \(author(member, seconds, reason)), and \(inLine(waiting))",
                advice: maximum == 0
                    ? "Nothing starts until set_limit(\(literal), 1), or reset_limit(\(literal)), which lets the plan's number hold again."
                    : "reset_limit(\(literal)) lets the plan's number hold again."
            )
        }
        let found =
            try await overdue + limits + rates(examination) + closedRates(examination)
            + stoppedQueues(examination) + fairQueues(examination)
        return found.isEmpty ? [.fine("nothing waits for a limit or a rate that somebody set")] : found
    }

    private static func rates(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.ratesByHand()).map { row in
            let rate = try RateRecord(row)
            let seconds = try row.decode(RateRecord.Column.allCases.count, as: Double.self)
            return Observation.warning(
                "the rate \"\(rate.name)\" was set to \(rate.pace?.description ?? "any number") "
                    + "by \(author(rate.setting.setBy ?? "—", seconds, rate.setting.reason)), and \(inLine(rate.waiting))",
                advice: "reset_rate(\(literal(rate.name))) lets the plan's pace hold again."
            )
        }
    }

    private static func closedRates(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.closedRates()).map { row in
            let (name, waiting, seconds, hasKeys) = try row.decode(
                as: String.self,
                Int.self,
                Double.self,
                Bool.self
            )
            return Observation.warning(
                "the rate \"\(name)\" is closed for \(Duration.seconds(seconds).inWords), and \(inLine(waiting))",
                advice: hasKeys
                    ? "rate_lines says of which keys, and close_rate(\(literal(name)), null, KEY) opens one."
                    : "close_rate(\(literal(name)), null) opens it."
            )
        }
    }

    private static func stoppedQueues(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.stoppedQueues()).map { row in
            let (queue, member, seconds, reason) = try row.decode(
                as: String.self,
                String.self,
                Double.self,
                String?.self
            )
            return Observation.warning(
                "nothing of the queue \"\(queue)\" may run, said \(author(member, seconds, reason))",
                advice: "set_queue_limit(\(literal(queue)), null) takes the limit away."
            )
        }
    }

    /// Who set something, when and why: `ann 3 min ago (the disk is full)`.
    private static func author(_ member: String, _ seconds: Double, _ reason: String?) -> String {
        "\(member) \(Duration.seconds(seconds).inWords) ago" + (reason.map { " (\($0))" } ?? "")
    }

    private static func inLine(_ count: Int) -> String {
        "\(count.of("operation")) \(count == 1 ? "waits" : "wait") in line"
    }

    static func literal(_ name: String) -> String {
        "'" + name.replacing("'", with: "''") + "'"
    }
}
