import LibPQ
import Logging

/// Runs schedules that are due, as long as the worker works: what every worker does for all, without a leader, because each passes
/// over what another has taken.
///
/// It uses a connection of the actions: an operation that has to wait for its turn must not hold up the lease or the dispatcher.
struct Scheduler: Sendable {
    let engine: EngineCalls
    let pool: PQPool
    let pace: SchedulePace
    /// Rings when a schedule was created or changed that is due soon.
    let bell: Bell
    let telemetry: WorkerTelemetry
    let relay: StopRelay
    let logger: Logger

    /// A sweep is far shorter; what is not, is in somebody's way.
    private static let timeout: Duration = .seconds(30)

    /// Sweeps until the task is cancelled or the worker is to stop.
    func run() async {
        var generator = SystemRandomNumberGenerator()
        var step = pace.rest(using: &generator)
        var trouble = Trouble("worker cannot run schedules", over: "worker runs schedules again")
        while !Task.isCancelled {
            do {
                switch step {
                case .rest(let pause):
                    try await bell.wait(for: pause)
                    step = .look
                case .look:
                    step = pace.step(
                        afterLook: try await due(),
                        listens: bell.isHeard,
                        using: &generator
                    )
                    if step != .sweep { trouble.isOver(logger) }
                case .sweep:
                    step = pace.step(afterSweep: try await sweep(), using: &generator)
                    trouble.isOver(logger)
                }
                if relay.isStopping { return }
            } catch {
                guard !Task.isCancelled else { return }
                trouble.met(error, logger)
                step = pace.rest(using: &generator)
            }
        }
    }

    /// How long until a schedule is due; nil where none will be.
    private func due() async throws -> Duration? {
        try await pool.query(engine.schedulesDueIn(), timeout: Self.timeout).first?.decode(
            0,
            as: Duration?.self
        )
    }

    /// Takes what is due.
    ///
    /// - Returns: Whether anything was: other workers may have taken it meanwhile.
    private func sweep() async throws -> Bool {
        let rows = try await pool.query(engine.runSchedules(atMost: pace.limit), timeout: Self.timeout)
        for row in rows {
            let event = try ScheduleEvent(row)
            telemetry.metrics?.scheduled(event)
            log(event)
        }
        return !rows.isEmpty
    }

    private func log(_ event: ScheduleEvent) {
        var metadata: Logger.Metadata = [
            "schedule": "\(event.schedule)", "slots": .stringConvertible(event.slots),
        ]
        if let id = event.operationID { metadata[LogKey.operationID] = .stringConvertible(id) }
        if let reason = event.reason { metadata["reason"] = "\(reason)" }
        switch (event.outcome, event.reason) {
        case ("paused", _):
            logger.warning("paused a schedule, because its operations fail", metadata: metadata)
        case (_, "error"):
            logger.warning(
                "a schedule cannot enqueue its operation; schedule_status says why",
                metadata: metadata
            )
        case ("skipped", _):
            logger.notice("skipped slots of a schedule", metadata: metadata)
        default:
            logger.debug("ran a schedule", metadata: metadata)
        }
    }
}
