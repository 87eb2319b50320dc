import BackOps
import EngineModel

/// Many workers and a database in one process, in virtual time, from one seed.
///
/// The workers' decisions are those of the real ``Dispatcher``, in the turns that the real loop takes; the database is the model that
/// the random histories compare with the engine. Everything between them goes wrong.
final class Simulation {
    let scenario: Scenario
    private(set) var now: Moment = 0
    var dice: Dice
    var jitter: JitterGenerator
    let server: SimulatedServer
    private(set) lazy var network = Network(self)
    private(set) lazy var checks = Checks(self)
    private(set) var processes: [SimulatedProcess] = []

    /// Knows no action: what actions do is the simulation's.
    let registry: Registry

    private var queue = EventQueue()
    private var workers: [SimulatedWorker] = []
    private var conducts: [Int: Conduct] = [:]

    /// The numbers that operations have in the database, by their numbers in the scenario.
    private var enqueued: [Int: Int] = [:]
    private var schedulesCreated = 0
    private(set) var trace: Trace
    private var isOver = false

    /// What a run was like.
    struct Outcome {
        var violation: String?
        var trace: [String]
        var virtualTime: Int
        var events: Int
        var faults: Int
        var actions: Int
    }

    init(_ scenario: Scenario, tracing: Int = 0) throws {
        self.scenario = scenario
        dice = Dice(seed: scenario.seed, 2)
        jitter = JitterGenerator(seed: scenario.seed ^ 3)
        server = SimulatedServer(scenario)
        registry = try Registry([])
        trace = Trace(limit: tracing)
    }

    // MARK: - Time

    func at(_ moment: Moment, _ body: @escaping () -> Void) { queue.add(at: max(moment, now), body) }
    func after(_ microseconds: Int, _ body: @escaping () -> Void) { at(now + max(0, microseconds), body) }

    /// Writes a line of the trace, which is made only where it is kept.
    func note(_ line: () -> String) { trace.add(at: now, line) }

    // MARK: - What others ask

    /// Makes a worker of a process, under a number that no other has.
    ///
    /// It stays to the end: what is under way may refer to it.
    func newWorker(of process: SimulatedProcess) -> SimulatedWorker {
        let worker = SimulatedWorker(process, id: 1_000_001 + workers.count)
        workers.append(worker)
        return worker
    }

    func conduct(of operation: Int64) -> Conduct {
        if let conduct = conducts[Int(operation)] { return conduct }
        let schedule = server.state.model.operations[Int(operation)]?.request.schedule
        let plan = scenario.schedules.first { $0.name == schedule }
        return plan?.conduct ?? Conduct(duration: 0...0)
    }

    // MARK: - Running

    /// Runs until everything has come to its end, or something must not be.
    func run() -> Outcome {
        prepare()
        var events = 0
        while !isOver, checks.violation == nil, let event = queue.takeFirst() {
            now = event.moment
            server.setClock(now)
            event.body()
            events += 1
            if events > Self.mostEvents { checks.violate("there is no end of what happens") }
        }
        // Processes and what is to happen in them refer to each other.
        queue = EventQueue()
        return Outcome(
            violation: checks.violation,
            trace: trace.lines,
            virtualTime: now,
            events: events,
            faults: scenario.faults.count,
            actions: checks.actionsStarted
        )
    }

    /// Far more than any simulation needs.
    private static let mostEvents = 3_000_000

    private func prepare() {
        server.notify = { [unowned self] worker, notification in deliver(notification, to: worker) }
        for (number, plan) in scenario.processes.enumerated() {
            let process = SimulatedProcess(number, plan, self)
            processes.append(process)
            at(plan.startsAt) { process.start() }
        }
        for plan in scenario.operations { at(plan.enqueuedAt) { [unowned self] in enqueue(plan) } }
        for plan in scenario.schedules { at(plan.createdAt) { [unowned self] in create(plan) } }
        if !scenario.schedules.isEmpty { watchSchedules() }
        for fault in scenario.faults { at(fault.at) { [unowned self] in happen(fault.kind) } }
        at(scenario.faultsEnd) { [unowned self] in heal() }
    }

    private func enqueue(_ plan: OperationPlan) {
        guard server.isUp else {
            after(.s(1)) { [unowned self] in enqueue(plan) }
            return
        }
        let id = server.enqueue(plan)
        enqueued[plan.number] = id
        conducts[id] = plan.conduct
        note { "operation \(id) (\(plan.name)) is enqueued" }
        for moment in plan.signalledAt { at(max(moment, now)) { [unowned self] in signal(id) } }
        for decision in plan.decisions {
            at(max(decision.looksAt, now)) { [unowned self] in look(id, decision) }
        }
    }

    /// Somebody looks at what an operation asks for, until it asks for something or has ended.
    private func look(_ operation: Int, _ plan: DecisionPlan) {
        guard server.isUp, let place = server.asked(operation) else {
            guard !server.isUp || server.isActive(operation) else { return }
            after(.s(1)) { [unowned self] in look(operation, plan) }
            return
        }
        after(plan.thinksFor) { [unowned self] in decide(operation, place, plan) }
    }

    private func decide(_ operation: Int, _ place: Int, _ plan: DecisionPlan) {
        guard server.isUp else {
            after(.s(1)) { [unowned self] in decide(operation, place, plan) }
            return
        }
        let answer = server.decide(operation, place, isApproved: plan.isApproval)
        note { "approval \(place) of operation \(operation) is decided: \(answer.kind)" }
        if answer.refusal == nil { checks.isDecided(operation, place, isApproved: plan.isApproval) }
    }

    private func signal(_ operation: Int) {
        guard server.isUp else {
            after(.s(1)) { [unowned self] in signal(operation) }
            return
        }
        let answer = server.signal(operation)
        note { "operation \(operation) is sent a signal: \(answer)" }
    }

    private func create(_ plan: SchedulePlan) {
        guard server.isUp else {
            after(.s(1)) { [unowned self] in create(plan) }
            return
        }
        server.put(plan)
        schedulesCreated += 1
        note { "schedule \(plan.name) is created" }
    }

    /// Looks again and again whether a schedule is overdue although nothing goes wrong.
    ///
    /// A worker whose answer was lost at last waits half a minute for it.
    private func watchSchedules() {
        if scenario.faults.isEmpty || now >= scenario.faultsEnd + .s(45) { checks.noScheduleIsOverdue() }
        after(.s(5)) { [unowned self] in watchSchedules() }
    }

    /// A worker that listens hears of what concerns it, if its session is there.
    private func deliver(_ notification: SimulatedServer.Notification, to worker: Int) {
        guard
            let process = processes.first(where: { $0.worker?.id == worker }),
            process.plan.listens, let session = process.worker?.session, server.has(session)
        else { return }
        process.after(dice.between(scenario.latency)) { [self] in
            guard let receiver = process.worker, receiver.id == worker, receiver.session == session,
                server.has(session), !process.isCutOff
            else { return }
            switch notification {
            case .work: receiver.tell { $0.isWoken = true }
            case .suspects: receiver.tell { $0.hasSuspects = true }
            case .lost(let claim): receiver.lose(claim: claim)
            }
        }
    }
}

// MARK: - Faults

extension Simulation {
    private func happen(_ fault: Fault.Kind) {
        note { "fault: \(fault)" }
        switch fault {
        case .kill(let process): processes[process].kill("fault")
        case .freeze(let process, let lasting): processes[process].freeze(lasting: lasting)
        case .cut(let process):
            network.cut(process: process)
            processes[process].worker?.cutHeartbeat()
        case .cutHeartbeat(let process): processes[process].worker?.cutHeartbeat()
        case .partition(let process, let lasting): processes[process].cutOff(lasting: lasting)
        case .stop(let process, let kind): processes[process].worker?.stop(kind.stop)
        case .restartServer(let lasting): takeServerAway(lasting: lasting, losing: nil)
        case .failOver(let lasting, let losing): takeServerAway(lasting: lasting, losing: losing)
        case .jumpClock(let microseconds): server.jumpClock(by: microseconds)
        case .badNetwork(let perMille, let lasting):
            network.perMille = perMille
            after(lasting) { [self] in network.perMille = 0 }
        case .refusals(let kind, let perMille, let lasting):
            server.refusals = (kind, perMille)
            after(lasting) { [self] in server.refusals = nil }
        case .steer(let operation, let steering): steer(operation, steering)
        case .pauseQueue(let queue, let lasting):
            if server.isUp { server.pause(queue, lasting: lasting) }
        case .limitQueue(let queue, let maximum): limit(queue, to: maximum)
        case .shareQueue(let queue, let by, let weights):
            if server.isUp { server.share(queue, by: by, weights) }
        }
    }

    private func takeServerAway(lasting: Int, losing: Int?) {
        guard server.isUp else { return }
        server.goDown()
        for process in processes { network.cut(process: process.number, serverIsGone: true) }
        after(lasting) { [self] in
            guard !server.isUp else { return }
            server.comeUp(losing: losing, at: now)
            note { "the server is back" }
        }
    }

    private func limit(_ queue: String, to maximum: Int?) {
        guard server.isUp else { return }
        checks.isLimited(queue)
        server.limit(queue, to: maximum)
    }

    private func steer(_ number: Int, _ steering: Fault.Steering) {
        guard server.isUp, let operation = enqueued[number] else { return }
        checks.isSteered(operation)
        switch steering {
        case .cancel: server.steer(operation, .cancel(reason: nil))
        case .retry: server.steer(operation, .retry)
        case .jump: server.steer(operation, .jump(JumpTarget(branch: "main", action: nil)))
        case .skip: server.steer(operation, .skip)
        case .cancelAndRetry:
            server.steer(operation, .cancel(reason: nil))
            server.steer(operation, .retry)
        }
    }
}

// MARK: - The end

extension Simulation {
    /// How long everything may take to come to its end once nothing goes wrong any more.
    private static let patience = Int.min(3 * 60)

    /// How many of a queue must be able to run so that everything comes to its end.
    private static let fewest = 3

    /// Nothing goes wrong any more.
    private func heal() {
        note { "nothing goes wrong any more" }
        if !server.isUp { server.comeUp(at: now) }
        server.refusals = nil
        network.perMille = 0
        // A queue of which nothing, or very little, may run takes longer than anybody waits.
        let scarce = server.state.model.queueLimits.filter { $0.value.maximum ?? .max < Self.fewest }
        for queue in scarce.keys.sorted() { limit(queue, to: nil) }
        for process in processes {
            process.heal()
            process.start()
        }
        // A clock that was set back has the last slots still to come.
        let slotsToCome = scenario.schedules.compactMap(\.request.endsAt).max().map {
            $0 - server.state.model.now
        }
        awaitEnd(until: now + Self.patience + max(0, slotsToCome ?? 0))
    }

    private func awaitEnd(until deadline: Moment) {
        let open = server.state.model.operations.values.filter { $0.state == .active }
        let waiting = server.state.model.schedules.values.filter { $0.dueAt != nil }.map(\.name).sorted()
        if open.isEmpty, waiting.isEmpty, enqueued.count == scenario.operations.count,
            schedulesCreated == scenario.schedules.count
        {
            // What has just ended may have to be told yet.
            after(.s(10) + scenario.lease) { [self] in stopEverything() }
        } else if now >= deadline, open.isEmpty {
            checks.violate("the slots of schedules do not come to their end: \(waiting)")
        } else if now >= deadline {
            let jobs = open.sorted { $0.id < $1.id }.map { operation in
                "\(operation.id) (\(operation.job.map { "\($0)" } ?? "without a job"))"
            }
            checks.violate(
                "\(open.count) operations do not come to their end: \(jobs.joined(separator: ", "))"
            )
        } else {
            after(.s(1)) { [self] in awaitEnd(until: deadline) }
        }
    }

    private func stopEverything() {
        checks.everythingIsQuiet()
        for process in processes {
            process.isWanted = false
            process.worker?.stop(.graceful)
        }
        after(.min(2) + scenario.gracePeriod) { [self] in
            for process in processes where process.isRunning {
                checks.violate("process \(process.number) does not stop")
            }
            if server.state.model.workers.keys.contains(where: server.state.isAlive) {
                checks.violate("a worker is registered that is gone")
            }
            isOver = true
        }
    }
}

extension Fault.StopKind {
    var stop: WorkerInbox.Stop {
        switch self {
        case .whenIdle: .whenIdle
        case .graceful: .graceful
        case .now: .now
        }
    }
}
