import BackOps
import DevPostgres
import Foundation
import LibPQ

/// Injects the faults of a schedule, several at once, until the time is over; then everything is left whole.
struct FaultInjector: Sendable {
    let settings: RunSettings
    let server: ServerUnderAttack
    let fleet: WorkerFleet
    let control: BackOpsClient
    let delayed: DelayedWrites
    let memory: Memory

    func run(until deadline: ContinuousClock.Instant) async throws {
        var schedule = FaultSchedule(seed: settings.seed, kinds: settings.faults)
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                let fault = schedule.next()
                guard ContinuousClock.now + fault.pause < deadline else { break }
                try await Task.sleep(for: fault.pause)
                if fault.kind.isServerFault {
                    try await inject(fault.kind, fault.dice)
                } else {
                    group.addTask { try await inject(fault.kind, fault.dice) }
                }
                try await fleet.fill()
            }
        }
        try await fleet.fill()
    }

    /// A fault counts when it was done; one that a missing server prevents does not.
    private func inject(_ kind: FaultKind, _ dice: Dice) async throws {
        var dice = dice
        do {
            guard try await isDone(kind, &dice) else { return }
            memory.injected(kind)
        } catch is PQError {
            // The server is away, by another fault.
        } catch is BackOpsError {
            // Likewise.
        }
    }

    private func isDone(_ kind: FaultKind, _ dice: inout Dice) async throws -> Bool {
        switch kind {
        case .kill: return try await kill(&dice)
        case .stop: return try await stop(&dice)
        case .quit: return try await quit(&dice)
        case .terminate: return try await terminate(&dice)
        case .lock: return try await lock(&dice)
        case .snapshot: return try await holdSnapshot(&dice)
        case .restart: try await server.server.restart(mode: .fast)
        case .immediate: try await server.server.restart(mode: .immediate)
        case .crash:
            server.server.kill()
            try await server.server.restart()
        }
        return true
    }
}

// MARK: - Workers

extension FaultInjector {
    private func kill(_ dice: inout Dice) async throws -> Bool {
        guard let process = await fleet.take(&dice) else { return false }
        let held = await heldJobs(of: process)
        let now = PQTimestamp(Date())
        process.send(SIGKILL)
        delayed.add(held)
        _ = try await process.waitForEnd(.seconds(10))
        memory.note { $0.kills.append(Memory.Kill(pid: process.pid, at: now, held: held.map(\.operation))) }
        try await fleet.replace(process)
        return true
    }

    /// What it holds, if the server is there to say so.
    private func heldJobs(of process: WorkerProcess) async -> [HeldJob] {
        do {
            return try await control.pool.query(
                """
                select j.worker_id, j.operation_id, j.claim_id from backops.jobs j join backops.workers w on w.id = j.worker_id
                 where w.pid = \(process.pid)
                """
            ).map { row in
                let (worker, operation, claim) = try row.decode(as: Int64.self, Int64.self, Int64.self)
                return HeldJob(worker: worker, operation: operation, claim: claim)
            }
        } catch {
            return []
        }
    }

    private func stop(_ dice: inout Dice) async throws -> Bool {
        let pause = dice.duration(settings.lease / 2...settings.lease * 2.5)
        guard let process = await fleet.take(&dice) else { return false }
        process.send(SIGSTOP)
        delayed.add(await heldJobs(of: process))
        try? await Task.sleep(for: pause)
        process.send(SIGCONT)
        await fleet.giveBack(process)
        return true
    }

    private func quit(_ dice: inout Dice) async throws -> Bool {
        guard let process = await fleet.take(&dice) else { return false }
        do {
            // One that has hardly begun does not listen to signals yet.
            guard try await isRegistered(process) else {
                await fleet.giveBack(process)
                return false
            }
        } catch {
            await fleet.giveBack(process)
            throw error
        }
        process.send(SIGTERM)
        try await fleet.replace(process)
        try await WorkerFleet.expectGracefulEnd(of: process, settings, memory)
        return true
    }

    private func isRegistered(_ process: WorkerProcess) async throws -> Bool {
        try await control.pool.query("select from backops.workers where pid = \(process.pid)").count > 0
    }
}

// MARK: - Sessions

extension FaultInjector {
    private func terminate(_ dice: inout Dice) async throws -> Bool {
        let backends = try await control.pool.query(
            """
            select pid from pg_stat_activity
             where application_name in (\(ApplicationName.worker), \(ApplicationName.enqueuer)) order by backend_start
            """
        ).map { try $0.decode(0, as: Int32.self) }
        let victims = Array(backends.shuffled(using: &dice).prefix(Int.random(in: 1...6, using: &dice)))
        guard !victims.isEmpty else { return false }
        let rows = try await control.pool.query(
            "select count(*) filter (where pg_terminate_backend(pid)) from unnest(\(victims)) as pid"
        )
        return try rows.first?.decode(0, as: Int64.self) ?? 0 > 0
    }

    private func lock(_ dice: inout Dice) async throws -> Bool {
        let pause = dice.duration(.milliseconds(200)...settings.lease * 1.5)
        let count = Int32.random(in: 1...5, using: &dice)
        return try await hold("begin", for: pause) { session in
            // What is locked already is left out: a foreign session must not deadlock with itself to blame.
            try session.query(
                """
                select from backops.jobs where operation_id in (
                  select operation_id from backops.jobs order by worker_id is null, random() limit \(count)
                ) for update skip locked
                """
            ).count > 0
        }
    }

    private func holdSnapshot(_ dice: inout Dice) async throws -> Bool {
        try await hold(
            "begin isolation level repeatable read",
            for: dice.duration(.seconds(2) ... .seconds(10))
        ) {
            try $0.query("select count(*) from backops.jobs").count == 1
        }
    }

    /// Keeps a transaction open for a while; a server that goes away ends it sooner.
    private func hold(
        _ begin: String,
        for pause: Duration,
        _ body: @escaping @Sendable (inout PQSession) throws -> Bool
    ) async throws -> Bool {
        let connection = try await server.connection()
        do {
            try await connection.script(begin)
            guard try await connection.run(body) else {
                await connection.close()
                return false
            }
        } catch {
            await connection.close()
            throw error
        }
        try? await Task.sleep(for: pause)
        await connection.close()
        return true
    }
}
