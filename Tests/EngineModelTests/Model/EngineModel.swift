import BackOps
import BackOpsTesting

/// The engine as a value: what every call does and answers, by the rules of the design.
///
/// It knows no SQL and no concurrency. One history at a time runs against it and against the database, and both must agree
/// after every step.
struct EngineModel {
    /// Seconds since the history began.
    var now = 0
    /// The version that new operations get.
    var current: [String: Int]
    /// Every version that was ever registered.
    var registered: Set<Definition>
    /// By the number of the command that enqueued them, which is their order in the database too.
    var operations: [Int: ModelOperation] = [:]
    var operationIDs: [Int] = []
    /// The live ones.
    var workers: [Int: ModelWorker] = [:]
    /// Every worker that ever registered.
    var workerIDs: [Int] = []
    /// Every claim that was ever made, with who made it.
    var claims: [Token: (worker: Int, operation: Int)] = [:]
    var tokens: [Token] = []
    /// Queues that were paused and not resumed, with the end of the pause.
    var paused: [String: Int] = [:]

    init() {
        current = Dictionary(uniqueKeysWithValues: SamplePlan.known.map { ($0, 0) })
        registered = Set(SamplePlan.known.map { Definition(name: $0, version: 0) })
    }

    /// Whether everything that a command names has existed in this history.
    func knows(_ command: Command) -> Bool {
        switch command {
        case .heartbeat(let worker), .stop(let worker), .unregisterWorker(let worker), .held(let worker),
            .claim(let worker, _), .claimSuspect(let worker):
            worker == Command.unknown || workerIDs.contains(worker)
        case .claimed(let token, _): claims[token] != nil
        case .completeAll(let tokens, _): tokens.allSatisfy { claims[$0] != nil }
        case .steer(let operation, _): operation == Command.unknown || operations[operation] != nil
        case .registerWorker, .rescue, .registerPlan, .unpark, .enqueue, .pause, .resume, .clock: true
        }
    }

    /// Carries out a command; a refused one changes nothing.
    ///
    /// - Parameters:
    ///   - command: The command; everything that it names must be known.
    ///   - step: The command's number, which names what it makes.
    /// - Returns: What the engine must answer.
    mutating func apply(_ command: Command, step: Int) -> Answer {
        var after = self
        do throws(Refusal) {
            let answer = try after.carryOut(command, step: step)
            self = after
            return answer
        } catch {
            return Answer(error)
        }
    }

    private mutating func carryOut(_ command: Command, step: Int) throws(Refusal) -> Answer {
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
        case .registerPlan(let name, let version): register(Definition(name: name, version: version))
        case .unpark(let name): Answer("ok", rows: [[.number(unpark(name))]])
        case .enqueue(let request): try enqueue(request, as: step)
        case .claim(let worker, let limit): try claim(by: worker, limit: limit, step: step)
        case .claimSuspect(let worker): try claimSuspect(by: worker, step: step)
        case .claimed(let token, let command): try end(token, command, step: step)
        case .completeAll(let tokens, let invalid): try completeAll(tokens, invalid, step: step)
        case .steer(let operation, let command): try steer(operation, command)
        case .pause(let queue, let seconds): pause(queue, seconds)
        case .resume(let queue): try resume(queue)
        case .clock(let seconds): advance(seconds)
        }
    }

    private mutating func advance(_ seconds: Int) -> Answer {
        now += seconds
        return Answer("ok")
    }

    // MARK: - Common rules

    /// Whether a worker's lease has not ended.
    func isAlive(_ worker: Int) -> Bool {
        workers[worker].map { $0.heartbeatAt + $0.lease > now } ?? false
    }

    /// When an action that the operation reaches now may start, or nil where its global is no time.
    func dueTime(_ rule: SampleAction, _ globals: [String: GlobalValue]) -> Int? {
        var due = now + (rule.performIn ?? 0)
        if let key = rule.performAtGlobal, let value = globals[key] {
            guard case .time(let time) = value else { return nil }
            due = max(due, time)
        }
        return due
    }
}

extension [String: GlobalValue] {
    mutating func apply(_ change: GlobalsChange) {
        for (key, value) in change { self[key] = value }
    }
}
