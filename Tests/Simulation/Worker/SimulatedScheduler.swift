import BackOps
import EngineModel

/// Looks for schedules that are due, as the worker's errand does: when to look and what to do then is ``SchedulePace``'s.
final class SimulatedScheduler {
    private unowned let worker: SimulatedWorker
    private let pace: SchedulePace

    private var simulation: Simulation { worker.simulation }
    private var server: SimulatedServer { worker.server }

    init(_ worker: SimulatedWorker) {
        self.worker = worker
        pace = worker.configuration.schedulePace
    }

    func start() { take(pace.rest(using: &simulation.jitter)) }

    private func take(_ step: SchedulePace.Step) {
        guard !worker.hasEnded, !worker.isStopping else { return }
        switch step {
        case .rest(let pause): worker.process.after(pause.inMicroseconds) { [self] in take(.look) }
        case .look: look()
        case .sweep: sweep()
        }
    }

    private func look() {
        var due: Duration?
        call { [self] in
            due = server.schedulesDueIn
            return true
        } _: { [self] in
            take(pace.step(afterLook: due, listens: worker.configuration.listens, using: &simulation.jitter))
        }
    }

    private func sweep() {
        var hasRun = false
        call { [self] in
            guard let answer = server.runSchedules(atMost: pace.limit) else { return false }
            simulation.note { "worker \(self.worker.id) sweeps schedules: \(answer.events)" }
            simulation.checks.sweeps(answer)
            hasRun = !answer.rows.isEmpty
            return true
        } _: { [self] in
            take(pace.step(afterSweep: hasRun, using: &simulation.jitter))
        }
    }

    /// Makes a call on a connection of the actions; one that fails is something that is in the way.
    private func call(_ request: @escaping () -> Bool, _ then: @escaping () -> Void) {
        var isDone = false
        simulation.network.call(
            from: worker.process,
            timeout: .s(30),
            { isDone = request() },
            { [self] isAnswered in
                if isAnswered, isDone { then() } else { take(pace.rest(using: &simulation.jitter)) }
            }
        )
    }
}
