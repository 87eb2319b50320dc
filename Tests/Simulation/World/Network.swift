import BackOps
import LibPQ

/// What is between processes and the server: it takes its time, and loses, delays and doubles what it carries.
final class Network {
    unowned let simulation: Simulation

    /// So many of a thousand messages go astray now.
    var perMille = 0
    var isBad: Bool { perMille > 0 }

    /// What is on its way, by number.
    private var underWay: [Int: UnderWay] = [:]
    private var sent = 0

    /// How many connections of each process are broken without its knowledge.
    private var brokenConnections: [Int: Int] = [:]

    private struct UnderWay {
        let process: Int
        var hasArrived = false
        let fail: () -> Void
    }

    /// What becomes of a message.
    private enum Fate: CaseIterable {
        case requestLost, answerLost, requestLate, answerLate, cutMidway, answerDoubled
    }

    init(_ simulation: Simulation) { self.simulation = simulation }

    private var server: SimulatedServer { simulation.server }

    private func latency() -> Int { simulation.dice.between(simulation.scenario.latency) }

    private func drawFate() -> Fate? {
        simulation.dice.chance(perMille) ? simulation.dice.pick(Fate.allCases) : nil
    }

    // MARK: - Faults

    /// The connections of a process end; what is on its way may come through yet, unless the server is gone.
    func cut(process: Int, serverIsGone: Bool = false) {
        for (number, message) in underWay.sorted(by: { $0.key < $1.key }) where message.process == process {
            if serverIsGone || simulation.dice.chance(500) { underWay[number] = nil }
            message.fail()
        }
        brokenConnections[process] = Dispatcher.maxRoundTrips
    }

    // MARK: - Calls

    /// Makes a call of the server.
    ///
    /// - Parameters:
    ///   - process: Whose call it is.
    ///   - timeout: How long it waits for the answer.
    ///   - request: What the server does.
    ///   - then: What the process does; it is told whether there is an answer.
    func call(
        from process: SimulatedProcess,
        timeout: Int,
        _ request: @escaping () -> Void,
        _ then: @escaping (_ isAnswered: Bool) -> Void
    ) {
        var isAnswered = false
        carry(from: process, timeout: timeout, cutMidway: nil, request) { success in
            guard !isAnswered else { return }
            isAnswered = true
            then(success)
        }
    }

    /// Sends statements; the worker gets their answers, or none.
    func send(_ exchange: Dispatcher.Exchange, from worker: SimulatedWorker, timeout: Int) {
        let process = worker.process
        let sentAt = simulation.now
        var answers: [Result<Answer, PQError>] = []
        func land(_ result: Result<[Result<Answer, PQError>], any Error>) {
            worker.land(
                RoundTripAnswer(
                    number: exchange.number,
                    answers: result,
                    duration: .microseconds(simulation.now - sentAt)
                )
            )
        }
        let lost = PQError(.connectionLost, "The server closed the connection.")
        if process.plan.listens, let broken = brokenConnections[process.number], broken > 0 {
            brokenConnections[process.number] = broken - 1
            process.after(1) { land(.failure(lost)) }
            return
        }
        carry(
            from: process,
            timeout: timeout,
            cutMidway: { [self] in
                _ = server.answer(
                    exchange.requests,
                    isSeparate: exchange.isSeparate,
                    worker: worker.id,
                    cutAfter: simulation.dice.below(exchange.requests.count + 1)
                )
            },
            { [self] in
                answers = server.answer(exchange.requests, isSeparate: exchange.isSeparate, worker: worker.id)
                simulation.note { "worker \(worker.id) says \(exchange.number): \(exchange.summary)" }
            },
            { isAnswered in land(isAnswered ? .success(answers) : .failure(lost)) }
        )
    }

    private func carry(
        from process: SimulatedProcess,
        timeout: Int,
        cutMidway: (() -> Void)?,
        _ request: @escaping () -> Void,
        _ then: @escaping (_ isAnswered: Bool) -> Void
    ) {
        sent += 1
        let number = sent
        var isOver = false
        func end(_ isAnswered: Bool, after delay: Int, isDoubled: Bool = false) {
            process.after(delay) { [self] in
                guard !isOver || isDoubled else { return }
                isOver = true
                underWay[number] = nil
                then(isAnswered)
            }
        }
        underWay[number] = UnderWay(process: process.number) { [self] in end(false, after: latency()) }
        let sentAt = simulation.now
        /// Nothing comes back: the process gives up when it has waited long enough.
        func giveUp() { end(false, after: max(1, sentAt + timeout - simulation.now)) }
        let fate = drawFate()
        if case .requestLost = fate {
            if simulation.dice.chance(500) { end(false, after: latency()) } else { giveUp() }
            return
        }
        var delay = latency()
        if case .requestLate = fate {
            delay += simulation.dice.below(timeout * 3)
            giveUp()
        }
        simulation.after(delay) { [self] in
            if process.isCutOff || underWay[number] == nil && fate == nil {
                giveUp()
                return
            }
            guard server.isUp else {
                end(false, after: latency())
                return
            }
            if isOver { simulation.checks.comesLate(from: process) }
            defer { if isOver { simulation.checks.cameLate(from: process) } }
            switch fate {
            case .cutMidway:
                if let cutMidway { cutMidway() } else { request() }
                end(false, after: latency())
            case .answerLost:
                request()
                if simulation.dice.chance(500) { end(false, after: latency()) } else { giveUp() }
            default:
                request()
                var delay = latency()
                if case .answerLate = fate {
                    delay += simulation.dice.below(timeout * 2)
                    giveUp()
                }
                simulation.after(delay) {
                    guard !process.isCutOff else {
                        giveUp()
                        return
                    }
                    end(true, after: 0)
                    if case .answerDoubled = fate { end(true, after: self.latency(), isDoubled: true) }
                }
            }
        }
    }
}

extension Dispatcher.Exchange {
    var summary: String { requests.map(\.summary).joined(separator: "; ") }
}

extension Request {
    fileprivate var summary: String {
        let claims = claims.map { "\($0.claimID)" }.joined(separator: " ")
        return switch self {
        case .claim(let limit, _, _): "claim \(limit)"
        case .complete: "complete \(claims)"
        case .fail: "fail \(claims)"
        case .snooze: "snooze \(claims)"
        case .release(_, let began): "release \(claims)\(began ? "" : ", not begun")"
        case .describe(let claim): "describe \(claim.claimID)"
        default: String("\(self)".prefix { $0.isLetter })
        }
    }
}
