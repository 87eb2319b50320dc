import BackOps

/// A process that runs a worker: it registers, works, registers again when it loses its lease, and may be frozen or killed.
final class SimulatedProcess {
    let number: Int
    let plan: ProcessPlan
    unowned let simulation: Simulation

    /// Counts its lives: what was to happen in an earlier one does not happen any more.
    private(set) var life = 0
    private(set) var isRunning = false
    private(set) var worker: SimulatedWorker?

    /// What a freeze keeps from happening, in order.
    private var heldBack: [() -> Void] = []
    private var frozenUntil: Moment?
    private(set) var cutOffUntil: Moment?
    /// Whether it is to come back when it has ended.
    var isWanted = true

    init(_ number: Int, _ plan: ProcessPlan, _ simulation: Simulation) {
        self.number = number
        self.plan = plan
        self.simulation = simulation
    }

    private var thawedAt: Moment?

    /// What was to happen while it was frozen may not have happened yet.
    var hasJustThawed: Bool { thawedAt.map { simulation.now - $0 < .ms(5) } ?? false }

    var isFrozen: Bool { frozenUntil != nil }
    var isCutOff: Bool { cutOffUntil.map { $0 > simulation.now } ?? false }

    // MARK: - Its life

    func start() {
        guard !isRunning else { return }
        isRunning = true
        life += 1
        simulation.note { "process \(self.number) starts" }
        register()
    }

    private func register() {
        let worker = simulation.newWorker(of: self)
        self.worker = worker
        worker.register()
    }

    /// The worker's lease has ended: the process registers again.
    func registerAgain() { register() }

    /// The process ends by itself, and comes back a little later.
    func exit() {
        simulation.note { "process \(self.number) has ended" }
        end()
    }

    /// The process ends in the middle of whatever it does.
    func kill(_ reason: String) {
        guard isRunning else { return }
        simulation.note { "process \(self.number) is killed: \(reason)" }
        simulation.checks.isKilled(self)
        end()
    }

    private func end() {
        worker?.processHasEnded()
        worker = nil
        isRunning = false
        life += 1
        heldBack = []
        frozenUntil = nil
        simulation.after(.ms(200) + simulation.dice.below(.s(3))) { [self] in
            if isWanted, !isRunning { start() }
        }
    }

    // MARK: - Faults

    func freeze(lasting microseconds: Int) {
        guard isRunning else { return }
        let until = simulation.now + microseconds
        guard frozenUntil.map({ $0 < until }) ?? true else { return }
        simulation.note { "process \(self.number) is frozen" }
        frozenUntil = until
        simulation.at(until) { [self, life] in
            if life == self.life, frozenUntil == until { thaw() }
        }
    }

    func thaw() {
        guard frozenUntil != nil else { return }
        simulation.note { "process \(self.number) thaws" }
        frozenUntil = nil
        thawedAt = simulation.now
        let bodies = heldBack
        heldBack = []
        for body in bodies {
            // One may freeze or end the process.
            if frozenUntil == nil {
                simulation.after(simulation.dice.below(100), guarded(body))
            } else {
                heldBack.append(body)
            }
        }
    }

    func cutOff(lasting microseconds: Int) {
        simulation.note { "process \(self.number) is cut off" }
        cutOffUntil = max(cutOffUntil ?? 0, simulation.now + microseconds)
    }

    func heal() {
        cutOffUntil = nil
        thaw()
    }

    /// Lets something happen in this process later: not while it is frozen, and not in another life.
    func after(_ microseconds: Int, _ body: @escaping () -> Void) {
        simulation.after(microseconds, guarded(body))
    }

    private func guarded(_ body: @escaping () -> Void) -> () -> Void {
        { [self, life] in
            guard life == self.life else { return }
            if isFrozen { heldBack.append(body) } else { body() }
        }
    }
}
