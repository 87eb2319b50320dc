import BackOps
import LibPQ

/// One registration of a process: its dispatcher, its heartbeat, and the actions that it runs.
final class SimulatedWorker {
    unowned let process: SimulatedProcess
    let id: Int
    let configuration: WorkerConfiguration
    private(set) var hasEnded = false
    private(set) var isAtWork = false

    private var turns: DispatchTurns<SimulatedShell>?
    private var news = WorkerInbox.News()
    private var isUrgent = false

    /// What it waits for; nil while a turn is to come.
    private var wait: (until: Moment, endings: Int)?

    /// When it is woken next for having waited long enough, which may be for an earlier wait.
    private var alarm: Moment?

    /// Turns for which there was no reason, since a moment.
    private var idleTurns = (since: 0, count: 0)

    /// Round trips whose answers are to come.
    private(set) var roundTrips: Set<Int> = []
    private var end: Dispatcher.End?
    private var heartbeat: SimulatedHeartbeat?
    private var scheduler: SimulatedScheduler?
    private(set) var isStopping = false
    private(set) lazy var slots = SimulatedSlots(self)

    var simulation: Simulation { process.simulation }
    var server: SimulatedServer { process.simulation.server }
    var session: Int? { heartbeat?.session }

    init(_ process: SimulatedProcess, id: Int) {
        self.process = process
        self.id = id
        var configuration = WorkerConfiguration()
        configuration.queues = ["default", "slow"]
        configuration.concurrency = process.plan.slots
        configuration.lease = .microseconds(process.simulation.scenario.lease)
        configuration.gracePeriod = .microseconds(process.simulation.scenario.gracePeriod)
        configuration.listens = process.plan.listens
        self.configuration = configuration
    }

    // MARK: - Coming and going

    private var outage = OutageBackoff()

    /// Registers; tries again until the database answers.
    func register() {
        let sent = simulation.now
        let lease = simulation.scenario.lease
        simulation.network.call(
            from: process,
            timeout: lease / 2,
            { [self] in server.register(id, lease: lease) },
            { [self] isAnswered in
                guard !hasEnded else { return }
                guard isAnswered else {
                    let pause = outage.next(using: &simulation.jitter).inMicroseconds
                    // The number is another one each time.
                    process.after(pause) { [self] in if !hasEnded { process.registerAgain() } }
                    return
                }
                startWork(registeredAt: sent)
            }
        )
    }

    private func startWork(registeredAt sent: Moment) {
        isAtWork = true
        simulation.note { "process \(self.process.number) is worker \(self.id)" }
        let dispatcher = Dispatcher(
            configuration,
            simulation.registry,
            at: simulation.now.instant,
            jitter: JitterGenerator(seed: simulation.dice.next())
        )
        turns = DispatchTurns(dispatcher, SimulatedShell(worker: self))
        let heartbeat = SimulatedHeartbeat(self, registeredAt: sent)
        self.heartbeat = heartbeat
        heartbeat.start()
        if !simulation.scenario.schedules.isEmpty {
            scheduler = SimulatedScheduler(self)
            scheduler?.start()
        }
        turn()
    }

    /// The process is gone, and this with it.
    func processHasEnded() {
        hasEnded = true
        heartbeat?.stop(closing: true)
        slots.processHasEnded()
    }

    func cutHeartbeat() { heartbeat?.cut() }

    func stop(_ stop: WorkerInbox.Stop) {
        if stop >= .graceful { isStopping = true }
        tell { $0.stop = max($0.stop, stop) }
    }

    // MARK: - News

    /// Takes in something that must not wait for more actions to end.
    func tell(_ change: (inout WorkerInbox.News) -> Void) {
        change(&news)
        isUrgent = true
        wake()
    }

    /// An action has ended.
    func add(_ ended: EndedAction) {
        guard !hasEnded else { return }
        news.ended.append(ended)
        simulation.checks.hasEnded(ended, self)
        if let wait, news.ended.count >= wait.endings { wake() }
    }

    func lose(claim: Int64) {
        simulation.checks.isTold(lost: claim, self)
        slots.cancel(claim: claim)
        tell { $0.lostClaims.append(claim) }
    }

    func leaseHasEnded() {
        guard !hasEnded else { return }
        simulation.note { "worker \(self.id) gives up its lease" }
        slots.close()
        tell { $0.leaseEnded = true }
    }

    private func wake() {
        guard wait != nil else { return }
        wait = nil
        process.after(1 + simulation.dice.below(20)) { [self] in turn() }
    }

    // MARK: - Turns

    private func turn() {
        guard !hasEnded, end == nil, turns != nil else { return }
        noteIdleness()
        let current = news
        news = WorkerInbox.News()
        isUrgent = false
        turns?.tell(current)
        // A reason that came up in the turn itself is news for the next one.
        guard !hasEnded, let rest = turns?.decide() else { return }
        switch rest {
        case .finish(let end): finish(end)
        case .wait(let until, let endings): rests(until: until.moment, endings: endings)
        }
    }

    private func rests(until moment: Moment, endings: Int) {
        wait = (moment, endings)
        if isUrgent || news.ended.count >= endings { wake() } else { setAlarm() }
    }

    private func setAlarm() {
        guard let until = wait?.until, alarm.map({ until < $0 }) ?? true else { return }
        let moment = max(until, simulation.now + 1)
        alarm = moment
        process.after(moment - simulation.now) { [self] in
            guard alarm == moment else { return }
            alarm = nil
            guard let wait else { return }
            if wait.until > simulation.now {
                setAlarm()
            } else {
                self.wait = nil
                turn()
            }
        }
    }

    /// A worker that takes turns again and again, with nothing to take them for, has a fault.
    private func noteIdleness() {
        guard !isUrgent, news.ended.isEmpty else { return }
        if simulation.now - idleTurns.since > .s(1) { idleTurns = (simulation.now, 0) }
        idleTurns.count += 1
        if idleTurns.count > 1_000 { simulation.checks.violate("worker \(id) takes turns without a reason") }
    }

    // MARK: - Round trips

    func send(_ exchange: Dispatcher.Exchange) {
        roundTrips.insert(exchange.number)
        simulation.checks.sends(exchange, self)
        simulation.network.send(exchange, from: self, timeout: simulation.scenario.lease / 2)
    }

    func land(_ answer: RoundTripAnswer) {
        guard !hasEnded else { return }
        roundTrips.remove(answer.number)
        simulation.note {
            "worker \(self.id) gets the answer \(answer.number): \(answer.summary)"
        }
        news.answers.append(answer)
        if end == nil { tell { _ in } }
        leaveWhenAnswered()
    }

    // MARK: - The end

    private func finish(_ end: Dispatcher.End) {
        self.end = end
        simulation.note { "worker \(self.id) finishes: \(end)" }
        leaveWhenAnswered()
    }

    /// Once no answer is under way any more, the registration is over.
    private func leaveWhenAnswered() {
        guard let end, roundTrips.isEmpty, !hasEnded else { return }
        hasEnded = true
        turns?.leave(news)
        simulation.checks.hasLeft(self)
        heartbeat?.stop(closing: true)
        switch end {
        case .leaseEnded: process.registerAgain()
        case .stopped:
            simulation.network.call(
                from: process,
                timeout: .s(5),
                { [self] in server.unregister(id) },
                { [self] _ in process.exit() }
            )
        }
    }
}

extension RoundTripAnswer {
    fileprivate var summary: String {
        switch answers {
        case .failure(let error): "\(error)"
        case .success(let answers):
            answers.map { result in
                switch result {
                case .success(let answer): answer.summary
                case .failure(let error): "\(error.code)"
                }
            }
            .joined(separator: "; ")
        }
    }
}

extension Answer {
    fileprivate var summary: String {
        func list<Content>(_ rows: [AnswerRow<Content>], _ text: (Content) -> String) -> String {
            rows.map { if case .content(let content) = $0 { text(content) } else { "?" } }.joined(
                separator: " "
            )
        }
        return switch self {
        case .done: "done"
        case .completed(let rows):
            "completed "
                + list(rows) { "\($0.claim.claimID)=\($0.outcome)\($0.next.map { "→\($0.claimID)" } ?? "")" }
        case .handedBack(let rows): "handed back " + list(rows) { "\($0.claim.claimID)=\($0.outcome)" }
        case .reported(let count): "reported \(count)"
        case .jobs(let rows): "jobs " + rows.jobs.map { "\($0.claim.claimID)" }.joined(separator: " ")
        case .claims(let rows): "claims " + list(rows) { "\($0.claimID)" }
        case .lost(let rows): "lost " + list(rows) { "\($0)" }
        case .nextDue(let delay): "next due \(delay.map { "\($0)" } ?? "never")"
        }
    }
}
