import LibPQ
import Logging

/// A round trip that is over.
extension Dispatcher {
    /// Acts on the answers of a round trip.
    mutating func land(_ answer: RoundTripAnswer, _ now: Instant, _ commands: inout [Command]) {
        guard let roundTrip = roundTrips.removeValue(forKey: answer.number) else { return }
        if roundTrip.reconciles { reconciliation.read() }
        take(answer, of: roundTrip, now, &commands)
        if roundTrip.reconciles { reconciliation.hasRead() }
        if roundTrip.looksForJobs { look.hasLooked(at: now) }
        forgetLosses()
    }

    private mutating func take(
        _ answer: RoundTripAnswer,
        of roundTrip: RoundTrip,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        let answers: [Result<Answer, PQError>]
        switch answer.answers {
        case .success(let given): answers = given
        case .failure(let error):
            restore(roundTrip.requests, &commands)
            loseAnswer(error, now, &commands)
            return
        }
        if let lost = answers.lazy.compactMap(\.connectionError).first {
            restore(roundTrip.requests, &commands)
            loseAnswer(lost, now, &commands)
            return
        }
        if answers.contains(where: \.isAborted) {
            restore(roundTrip.requests, &commands)
            sendApart(answers, now, &commands)
            return
        }
        commands.append(.tell(.observe(.databaseIsThere)))
        link.isBack()
        if roundTrip.isSingly { link.sendsSingly = false }
        var isRefused = false
        for (request, result) in zip(roundTrip.requests, answers) {
            switch result {
            case .success(let given): accept(given, to: request, answer.duration, now, &commands)
            case .failure(let error):
                isRefused = true
                restore([request], &commands)
                refuse(request, error, now, &commands)
            }
        }
        guard !isRefused else { return }
        if link.takesAll(wrote: roundTrip.requests.contains(where: \.writes)) {
            commands.log(.notice, "database takes what the worker writes again")
        }
    }

    /// Keeps what has not been written.
    private mutating func restore(_ requests: [Request], _ commands: inout [Command]) {
        outbox.restore(requests)
        for case .progress(let reports) in requests { commands.append(.restoreReports(reports)) }
        for case .describe(let claim) in requests { undescribed.append(claim) }
        for case .claimSuspect in requests { suspects.answerIsLost() }
    }

    /// One statement was refused and has taken the others with it: nothing was done, and each is sent by itself next.
    private mutating func sendApart(
        _ answers: [Result<Answer, PQError>],
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        let refusal = answers.lazy.compactMap(\.refusal).first
        if refusal?.sqlState == .unknownWorker {
            phase = .evicted
            return
        }
        switch Refusal(refusal?.sqlState) {
        case .contention: link.refuses(at: now, using: &jitter)
        case .trouble: waitForWrites(refusal, now, &commands)
        case .content, .unexpected: break
        }
        link.sendsSingly = true
    }

    /// The connection failed: what became of the statements is asked when it is back.
    private mutating func loseAnswer(_ error: any Error, _ now: Instant, _ commands: inout [Command]) {
        expectLateClaims(at: now)
        if link.isLost(at: now, using: &jitter) { commands.append(.tell(.observe(.databaseIsAway(error)))) }
    }
}

extension Result where Success == Answer, Failure == PQError {
    /// The error, when it is the connection's: neither a statement's nor that of an answer that cannot be read.
    fileprivate var connectionError: PQError? {
        guard case .failure(let error) = self else { return nil }
        switch error.code {
        case .server, .pipelineAborted, .decoding: return nil
        default: return error
        }
    }

    /// The error, when the server refused this very statement.
    fileprivate var refusal: PQError? {
        guard case .failure(let error) = self, error.code == .server else { return nil }
        return error
    }

    /// Whether another statement has taken this one with it.
    fileprivate var isAborted: Bool {
        guard case .failure(let error) = self else { return false }
        return error.code == .pipelineAborted
    }
}
