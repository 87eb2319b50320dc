import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The readiness of a worker` {
    private func health() throws -> WorkerHealth {
        let health = try BackOpsWorker.test { Errand() }.health
        health.renewed(at: .now)
        return health
    }

    @Test func `ends as soon as one of its connections has found the database away`() throws {
        let health = try health()
        #expect(health.status.unreadiness == nil)
        #expect(health.lost(.heartbeat))
        #expect(health.status.unreadiness == "the worker cannot reach the database")
        #expect(health.status.death == nil)
        #expect(health.regained(.heartbeat))
        #expect(health.status.unreadiness == nil)
    }

    @Test func `is told of once at the beginning of an outage and once at its end`() throws {
        let health = try health()
        #expect(
            [health.lost(.heartbeat), health.lost(.dispatcher), health.lost(.heartbeat)] == [
                true, false, false,
            ]
        )
        #expect(!health.regained(.dispatcher))
        #expect(health.status.unreadiness != nil)
        #expect(health.regained(.heartbeat))
        #expect(!health.regained(.heartbeat))
    }
}
