import BackOps
import BackOpsTesting

/// The engine as a value: what every call does and answers, by the rules of the design.
///
/// It knows no SQL and no concurrency. One history at a time runs against it and against the database, and both must agree
/// after every step.
package struct EngineModel {
    /// Seconds since the history began.
    package var now = 0
    /// The version that new operations get.
    package var current: [String: Int]
    /// Every version that was ever registered.
    package var registered: Set<Definition>
    /// By ``operation(_:_:)``, which is their order in the database too.
    package var operations: [Int: ModelOperation] = [:]
    package var operationIDs: [Int] = []
    /// The live ones.
    package var workers: [Int: ModelWorker] = [:]
    /// Every worker that ever registered.
    package var workerIDs: [Int] = []
    /// Every claim that was ever made, with who made it.
    package var claims: [Token: (worker: Int, operation: Int)] = [:]
    package var tokens: [Token] = []
    /// Queues that were paused and not resumed, with the end of the pause.
    package var paused: [String: Int] = [:]

    /// The last operation of every key that was enqueued in another mode than once.
    package var keys: [ModelKey: ModelKeyEntry] = [:]

    /// By name.
    package var schedules: [String: ModelSchedule] = [:]

    /// By name.
    package var limits: [String: ModelLimit] = [:]
    package var gates: [String: ModelGate] = [:]
    /// By gate.
    package var releases: [String: ModelRelease] = [:]
    /// By name.
    package var rates: [String: ModelRate] = [:]
    package var rateGates: [String: ModelRateGate] = [:]
    /// By queue.
    package var queueLimits: [String: ModelQueueLimit] = [:]
    package var fairQueues: [String: ModelFairQueue] = [:]
    package var fairLanes: [ModelFairLane.ID: ModelFairLane] = [:]
    /// What jobs held before the command, where that is anything.
    package var held: [Int: ModelHolding] = [:]
    /// When a look at all limits has found nothing, as the session remembers it.
    package var limitsSeenAt: Int?

    /// How waits ended in the last command, and what became of jobs at limits.
    package var waitEvents: [String] = []
    package var limitEvents: [String] = []

    package let catalog: PlanCatalog
    /// How many units of time a second has.
    package let second: Int

    package init(_ catalog: PlanCatalog, second: Int = 1) {
        self.catalog = catalog
        self.second = second
        current = Dictionary(uniqueKeysWithValues: catalog.known.map { ($0, 0) })
        registered = Set(catalog.known.map { Definition(name: $0, version: 0) })
        for name in catalog.known {
            let plan = catalog.plan(of: Definition(name: name, version: 0))
            for limit in plan.limits {
                if let maximum = limit.maximum { limits[limit.name] = ModelLimit(declared: maximum) }
            }
            for rate in plan.rates {
                if let pace = rate.pace { rates[rate.name] = ModelRate(declared: pace) }
            }
        }
    }

    /// Whether everything that a command names has existed in this history.
    package func knows(_ command: ModelCommand) -> Bool {
        switch command {
        case .heartbeat(let worker), .stop(let worker), .unregisterWorker(let worker), .held(let worker),
            .claim(let worker, _), .claimSuspect(let worker):
            worker == ModelCommand.unknown || workerIDs.contains(worker)
        case .claimed(let token, _): claims[token] != nil
        case .completeAll(let tokens, _): tokens.allSatisfy { claims[$0] != nil }
        case .steer(let operation, _), .signal(_, let operation), .decide(_, _, let operation, _),
            .extend(_, _, let operation), .backOff(_, _, let operation):
            operation == ModelCommand.unknown || operations[operation] != nil
        case .sweep: !hasSchedulesDueAtOnce
        case .registerWorker, .rescue, .registerPlan, .unpark, .enqueue, .enqueueKeyed, .pause, .resume,
            .signalKey, .advanceWaits, .setLimit, .resetLimit, .recountLimits, .advanceLimits,
            .setQueueLimit, .setQueueFairness, .setRate, .resetRate, .consume, .closeRate, .schedule, .clock:
            true
        }
    }

    /// Carries out a command; a refused one changes nothing.
    ///
    /// - Parameters:
    ///   - command: The command; everything that it names must be known.
    ///   - step: The command's number, which names what it makes.
    /// - Returns: What the engine must answer.
    package mutating func apply(_ command: ModelCommand, step: Int) -> ModelAnswer {
        waitEvents = []
        limitEvents = []
        defer { noteReleases() }
        do throws(ModelRefusal) {
            var answer = try carryOut(command, step: step)
            answer.events += waitEvents + limitEvents
            return answer
        } catch {
            return ModelAnswer(error)
        }
    }

    private mutating func carryOut(_ command: ModelCommand, step: Int) throws(ModelRefusal) -> ModelAnswer {
        switch command {
        case .registerWorker(let queues, let handlers, let lease):
            register(
                ModelWorker(queues: queues, handlers: handlers, lease: lease, heartbeatAt: now),
                as: step
            )
        case .heartbeat(let worker): heartbeat(worker)
        case .stop(let worker): heartbeat(worker, stopping: true)
        case .unregisterWorker(let worker): unregister(worker)
        case .held(let worker): held(by: worker)
        case .rescue: rescue()
        case .registerPlan(let name, let version): try register(Definition(name: name, version: version))
        case .unpark(let name): ModelAnswer("ok", rows: [[.number(unpark(name))]])
        case .enqueue(let request): try enqueue(request, as: Self.operation(step))
        case .enqueueKeyed(let request, let mode): try enqueue(request, mode, as: Self.operation(step))
        case .claim(let worker, let limit): try claim(by: worker, limit: limit, step: step)
        case .claimSuspect(let worker): try claimSuspect(by: worker, step: step)
        case .claimed(let token, let command): try end(token, command, step: step)
        case .completeAll(let tokens, let invalid): try completeAll(tokens, invalid, step: step)
        case .steer(let operation, let command): try steer(operation, command)
        case .signal(let signal, let operation): try send(signal, to: operation)
        case .signalKey(let signal, let name, let key): try send(signal, to: name, key: key)
        case .decide(let name, let isApproved, let operation, let shown):
            try decide(name, isApproved: isApproved, of: operation, shown: shown)
        case .extend(let name, let seconds, let operation):
            try extend(name, by: seconds, of: operation)
        case .advanceWaits(let limit): advanceAll(limit: limit)
        case .setLimit(let name, let maximum): try setLimit(name, maximum)
        case .resetLimit(let name): try resetLimit(name)
        case .recountLimits: recountLimits()
        case .advanceLimits: ModelAnswer("ok", rows: [[.number(advanceLimits())]])
        case .setQueueLimit(let queue, let maximum): try setQueueLimit(queue, maximum)
        case .setQueueFairness(let queue, let by, let weights): try setQueueFairness(queue, by: by, weights)
        case .setRate(let name, let pace): try setRate(name, pace)
        case .resetRate(let name): try resetRate(name)
        case .consume(let name, let count, let key): try consume(name, count, key)
        case .closeRate(let name, let seconds, let key): try closeRate(name, seconds, key)
        case .backOff(let name, let seconds, let operation):
            try backOff(name, seconds, from: operation)
        case .pause(let queue, let seconds): pause(queue, seconds)
        case .resume(let queue): try resume(queue)
        case .schedule(let name, let command): try steer(schedule: name, command, step: step)
        case .sweep(let limit): sweep(limit: limit, step: step)
        case .clock(let seconds): advance(seconds)
        }
    }

    /// The number of an operation that a command makes: in the order in which they are made.
    package static func operation(_ step: Int, _ index: Int = 0) -> Int { step * 1_000 + index }

    private mutating func advance(_ seconds: Int) -> ModelAnswer {
        now += seconds
        return ModelAnswer("ok")
    }

    // MARK: - Common rules

    /// Whether a worker's lease has not ended.
    package func isAlive(_ worker: Int) -> Bool {
        workers[worker].map { $0.heartbeatAt + $0.lease > now } ?? false
    }

    /// When an action that the operation reaches now may start, or nil where its global is no time.
    package func dueTime(_ rule: SampleAction, _ globals: [String: GlobalValue]) -> Int? {
        let due = now + (rule.performIn ?? 0)
        guard let key = rule.performAtGlobal else { return due }
        return time(key, in: globals).map { max(due, $0) }
    }

    /// The time that a global holds, now where it is not there, or nil where it is none.
    package func time(_ global: String, in globals: [String: GlobalValue]) -> Int? {
        guard let value = globals[global] else { return now }
        if case .time(let time) = value { return max(now, time) }
        return nil
    }
}

extension [String: GlobalValue] {
    package mutating func apply(_ change: GlobalsChange) {
        for (key, value) in change { self[key] = value }
    }
}
