import BackOps
import BackOpsCommand
import DevPostgres
import Foundation
import LibPQ
import Logging

/// A run: attack, heal, drain, a fresh workload, and the verdict.
struct ChaosRun: Sendable {
    private let settings: RunSettings
    private let memory = Memory()

    init(_ settings: RunSettings) { self.settings = settings }

    func run() async throws -> Report {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "backops-chaos-\(UUID().uuidString)"
        )
        let server = try await ServerUnderAttack.start(in: folder.appending(path: "postgres").path)
        say("seed \(settings.seed), PostgreSQL \(server.server.version) in \(folder.path)")
        let fleet: WorkerFleet
        do {
            try await Migrator(BackOpsDatabase(server.server.connectionString())).up()
            fleet = try WorkerFleet(
                settings,
                conninfo: server.server.connectionString(),
                folder: folder.appending(path: "workers"),
                memory: memory
            )
        } catch {
            try await server.server.stop()
            throw error
        }
        let report: Result<Report, any Error>
        do {
            report = .success(try await attack(server, fleet, folder))
        } catch {
            report = .failure(error)
        }
        await fleet.kill()
        try await server.server.stop()
        if !settings.keep { try FileManager.default.removeItem(at: folder) }
        return try report.get()
    }

    private func attack(
        _ server: ServerUnderAttack,
        _ fleet: WorkerFleet,
        _ folder: URL
    ) async throws -> Report {
        let enqueuing = try server.client(ApplicationName.enqueuer)
        let enqueuer = Enqueuer(settings, client: enqueuing, memory: memory)
        let attacked = try await underAttack(server, fleet, enqueuing, enqueuer)

        // Connections of its own: those of the attack may be dead without knowing it yet.
        let healed = try server.client(ApplicationName.control)
        try await healed.pool.script(ScheduledLoad.ending)
        try await QueueLimiter.end(healed)
        say("healing: \(try await active(healed)) operations are under way")
        let drain = try await drain(healed, fleet)
        let fresh = try await enqueuer.enqueueQuick(Self.freshCount)
        _ = try await self.drain(healed, fleet, fresh)
        try await fleet.stop()

        var report = Report(seed: settings.seed, seconds: attacked / .seconds(1), faults: memory.now.faults)
        report.drainSeconds = drain / .seconds(1)
        report.folder = settings.keep ? folder.path : nil
        try await Verdict(pool: healed.pool, memory: memory, settings: settings).judge(
            &report,
            fresh: fresh,
            log: server.log(),
            lateWrites: await fleet.lateWrites(),
            invariants: Invariants(client: healed, memory: memory)
        )
        await healed.close()
        await enqueuing.close()
        return report
    }

    /// Operations of the workload that must succeed when all is well again.
    private static let freshCount = 100

    /// Everything at once: faults, load, steering and looking; gives how long that was.
    private func underAttack(
        _ server: ServerUnderAttack,
        _ fleet: WorkerFleet,
        _ enqueuing: BackOpsClient,
        _ enqueuer: Enqueuer
    ) async throws -> Duration {
        let control = try server.client(ApplicationName.control, connections: 8)
        try await Ledger(control).create()
        try await control.pool.script(ScheduledLoad.creation)
        try await fleet.fill()
        let start = ContinuousClock.now
        let deadline = start + settings.duration
        let delayed = DelayedWrites(control: control, memory: memory, seed: settings.seed)
        let injector = FaultInjector(
            settings: settings,
            server: server,
            fleet: fleet,
            control: control,
            delayed: delayed,
            memory: memory
        )
        let steering = Steering(settings: settings, client: enqueuing, memory: memory)
        let limiter = QueueLimiter(settings: settings, client: enqueuing)
        let people = People(settings: settings, client: enqueuing, memory: memory)
        let keyed = KeyedEnqueuer(settings: settings, client: enqueuing, memory: memory)
        let invariants = Invariants(client: control, memory: memory)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await injector.run(until: deadline) }
            group.addTask { try await delayed.run(until: deadline) }
            group.addTask { try await enqueuer.run(until: deadline) }
            group.addTask { try await keyed.run(until: deadline) }
            group.addTask { try await steering.run(until: deadline) }
            group.addTask { try await people.run(until: deadline) }
            group.addTask { try await limiter.run(until: deadline) }
            group.addTask { try await invariants.watch(until: deadline) }
            group.addTask { try await tell(until: deadline) }
        }
        await control.close()
        return ContinuousClock.now - start
    }

    /// Waits until no operation, or none of some, is under way, or the limit is over; the verdict then names what is left.
    private func drain(
        _ control: BackOpsClient,
        _ fleet: WorkerFleet,
        _ ids: [Int64]? = nil
    ) async throws -> Duration {
        let start = ContinuousClock.now
        var nextWord = start + .seconds(5)
        while ContinuousClock.now < start + settings.drainLimit {
            try await fleet.fill()
            let active = try await active(control, ids)
            if active == 0 { break }
            if nextWord <= .now {
                say("draining: \(active) operations are under way")
                nextWord = .now + .seconds(5)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return ContinuousClock.now - start
    }

    private func active(_ control: BackOpsClient, _ ids: [Int64]? = nil) async throws -> Int {
        let active =
            try await control.pool.query(
                """
                select count(*) from backops.operations
                 where state = 'active' and (\(ids)::bigint[] is null or id = any (\(ids)))
                """
            ).first?.decode(0, as: Int.self) ?? 0
        // The slot of a schedule may follow when all is done.
        return active + (ids == nil ? try await openSchedules(control) : 0)
    }

    private func openSchedules(_ control: BackOpsClient) async throws -> Int {
        try await control.pool.query(SQLStatement(unescaped: ScheduledLoad.open)).first?.decode(
            0,
            as: Int.self
        )
            ?? 0
    }
}

// MARK: - Progress

extension ChaosRun {
    private func tell(until deadline: ContinuousClock.Instant) async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now + .seconds(10) < deadline {
            try await Task.sleep(for: .seconds(10))
            let now = memory.now
            say(
                "\(DurationText.short(.now - start)): \(now.faults.values.reduce(0, +)) faults, "
                    + "\(now.acknowledged.count) operations enqueued, \(now.violations.count) violations"
            )
        }
    }

    /// To standard error, which leaves standard output to the report.
    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
