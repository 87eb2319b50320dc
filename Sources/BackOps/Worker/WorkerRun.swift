import LibPQ
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One run of a worker: registers, works, and registers again when its lease is lost.
struct WorkerRun {
    private let database: BackOpsDatabase
    private let connections: WorkerConnections
    private let configuration: WorkerConfiguration
    private let registry: Registry
    private let schedules: DeclaredSchedules?
    private let logger: Logger
    private let relay: StopRelay
    private let engine: EngineCalls
    private let telemetry: WorkerTelemetry

    /// Of all registrations: an action may outlive the one that it was claimed under.
    private let stragglers = Stragglers()

    init(_ worker: BackOpsWorker, _ relay: StopRelay) {
        var configuration = worker.configuration
        if !worker.database.listens { configuration.listens = false }
        self.configuration = configuration
        connections = WorkerConnections(worker.database, configuration)
        database = worker.database
        registry = worker.registry
        schedules = worker.schedules
        logger = worker.logger
        self.relay = relay
        engine = EngineCalls(worker.database.schema)
        telemetry = WorkerTelemetry(
            slots: configuration.concurrency,
            version: configuration.version,
            health: worker.health
        )
    }

    /// One registration in the table `workers`.
    private struct Registration {
        let id: Int64
        let sent: ContinuousClock.Instant
        let plans: PlanCache
    }

    func run() async throws {
        defer { telemetry.health.stopped() }
        let pools = Pools(
            dispatcher: PQPool(connections.dispatcher, size: Dispatcher.maxRoundTrips),
            actions: PQPool(connections.actions, size: database.maxConnections)
        )
        do {
            try await work(pools)
        } catch {
            await pools.close()
            throw error
        }
        await pools.close()
    }

    /// Connections; the heartbeat has one more, of its own.
    private struct Pools {
        let dispatcher: PQPool
        let actions: PQPool

        func close() async {
            await dispatcher.close()
            await actions.close()
        }
    }

    private func work(_ pools: Pools) async throws {
        var end = Dispatcher.End.leaseEnded
        while case .leaseEnded = end {
            let inbox = WorkerInbox(slots: configuration.concurrency) { [telemetry] in
                telemetry.ended($0, .cancelled)
            }
            relay.attach(inbox)
            guard let registration = try await register(pools, inbox) else { return }
            end = try await work(pools, registration, inbox)
        }
    }

    private func work(
        _ pools: Pools,
        _ registration: Registration,
        _ inbox: WorkerInbox
    ) async throws -> Dispatcher.End {
        var logger = logger
        logger[metadataKey: LogKey.worker] = .stringConvertible(registration.id)
        let scheduleBell = Bell()
        let heartbeat = try Heartbeat(
            engine: engine,
            options: connections.heartbeat,
            worker: registration.id,
            registrationSent: registration.sent,
            operations: registry.definitions.map(\.name),
            configuration: configuration,
            inbox: inbox,
            scheduleBell: scheduleBell,
            telemetry: telemetry,
            logger: logger
        )
        try heartbeat.start()
        defer { heartbeat.stop() }
        logger.info(
            "worker started",
            metadata: [
                "queues": "\(configuration.queues)", "slots": .stringConvertible(configuration.concurrency),
            ]
        )
        let pruner = Pruner(
            engine: engine,
            pool: pools.actions,
            retention: configuration.retention,
            interval: configuration.pruningInterval,
            relay: relay,
            logger: logger
        )
        async let _ = pruner.run()
        let reporter = Reporter(
            engine: engine,
            pool: pools.dispatcher,
            actionPool: pools.actions,
            telemetry: telemetry,
            interval: configuration.reportingInterval,
            logger: logger
        )
        async let _ = reporter.run()
        let vacuumer = Vacuumer(
            engine: engine,
            pool: pools.actions,
            pace: configuration.vacuumPace,
            relay: relay,
            logger: logger
        )
        async let _ = configuration.vacuums ? vacuumer.run() : ()
        let scheduler = Scheduler(
            engine: engine,
            pool: pools.actions,
            pace: configuration.schedulePace,
            bell: scheduleBell,
            telemetry: telemetry,
            relay: relay,
            logger: logger
        )
        async let _ = configuration.runsSchedules ? scheduler.run() : ()
        let declarer = schedules.map { schedules in
            ScheduleDeclarer(
                engine: engine,
                pool: pools.actions,
                worker: registration.id,
                schedules: schedules,
                interval: configuration.declarationInterval,
                relay: relay,
                logger: logger
            )
        }
        let declared = await declarer?.begin() ?? ScheduleDeclarer.Progress()
        async let _ = declarer?.run(from: declared) ?? ()
        let shell = WorkerShell(
            engine: engine,
            pool: pools.dispatcher,
            actionPool: pools.actions,
            worker: registration.id,
            configuration: configuration,
            inbox: inbox,
            launcher: ActionLauncher(
                registry: registry,
                plans: registration.plans,
                configuration: configuration,
                stragglers: stragglers,
                tracing: telemetry.tracing,
                logger: logger
            ),
            telemetry: telemetry,
            logger: logger
        )
        var loop = DispatchLoop(shell)
        let end = await loop.run()
        await reporter.finish()
        if case .stopped = end { await unregister(registration.id, pools.dispatcher, logger) }
        return end
    }
}

// MARK: - Coming and going

extension WorkerRun {
    /// Registers; waits for the database as long as nobody wants the worker to stop.
    private func register(_ pools: Pools, _ inbox: WorkerInbox) async throws -> Registration? {
        var outage = OutageBackoff()
        while !relay.isStopping {
            telemetry.health.advance()
            do {
                try await checkSchema()
                let registration = try await registerOnce(pools)
                telemetry.regained(.dispatcher, logger)
                return registration
            } catch let error as PQError where error.mayPass {
                if outage.failures == 0 { telemetry.lost(.dispatcher, error, logger) }
                await inbox.wait(until: .now + outage.next())
            }
        }
        return nil
    }

    private func checkSchema() async throws {
        let status = try await Migrator(database).status()
        if let obstacle = status.obstacle { throw obstacle.error(status.schema) }
        if status.isNewerThanLibrary || status.hasNewerEngine {
            logger.notice(
                "the database is newer than this worker",
                metadata: [
                    "database": .stringConvertible(status.version),
                    "worker": .stringConvertible(MigrationStep.newestVersion),
                ]
            )
        }
    }

    private func registerOnce(_ pools: Pools) async throws -> Registration {
        let pool = pools.dispatcher
        let plans = PlanCache { [engine, actions = pools.actions] id in
            try await actions.query(engine.plan(ofDefinition: id)).first?.decode(0, as: PQJSON.self).bytes
        }
        for definition in registry.definitions {
            let statement = engine.registerDefinition(name: definition.name, plan: definition.plan.jsonText)
            if let id = try await pool.query(statement).first?.decode(0, as: Int64.self) {
                plans.remember(definition.plan, as: id)
            }
        }
        if let schedules { try await pool.query(engine.checkSchedules(schedules)) }
        let sent = ContinuousClock.now
        let row = try await pool.query(
            engine.registerWorker(
                host: ProcessInfo.processInfo.hostName,
                pid: ProcessInfo.processInfo.processIdentifier,
                queues: configuration.queues,
                handlers: registry.handlers,
                slots: configuration.concurrency,
                version: configuration.version,
                lease: configuration.lease
            )
        ).first
        guard let id = try row?.decode(0, as: Int64.self) else {
            throw BackOpsError.noRow("register_worker")
        }
        return Registration(id: id, sent: sent, plans: plans)
    }

    /// Hands back what is left; when that fails, the end of the lease does it.
    private func unregister(_ id: Int64, _ pool: PQPool, _ logger: Logger) async {
        do {
            let count = try await pool.query(engine.unregisterWorker(id), timeout: .seconds(5)).first?.decode(
                0,
                as: Int32.self
            )
            logger.info("worker stopped", metadata: ["handed_back": .stringConvertible(count ?? 0)])
        } catch {
            logger.warning(
                "worker could not say goodbye; what it held is free when its lease ends",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
