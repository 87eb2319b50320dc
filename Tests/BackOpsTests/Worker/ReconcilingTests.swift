import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

@Suite(.backops, .timeLimit(.minutes(5)))
struct `A job that the database gives a worker without its knowledge` {
    /// Runs a worker, claims a job in its name, and waits until it has run it.
    private func expectCompletion(
        listens: Bool,
        after event: (TestDatabase) async throws -> Void = { _ in }
    ) async throws {
        let test = TestDatabase.current
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test {
                // One that does not listen asks once in a lease; on a busy machine it must be able to renew that in time.
                $0.lease = .seconds(listens ? 3600 : 5)
                $0.pollInterval = .seconds(3600)
                $0.listens = listens
            } operations: {
                Errand()
            }
            try await worker.drain()
            // In a queue that the worker does not serve, so that it does not find the job by itself.
            let handle = try await client.enqueue(Errand.self, queue: "elsewhere")
            try await working(worker) {
                try await eventually("the worker has looked for jobs") {
                    try await test.value(
                        listens
                            ? "select coalesce(bool_and(sleeping), false) from workers"
                            : "select count(*) = 1 from workers",
                        as: Bool.self
                    )
                }
                try await test.query(
                    """
                    select from workers w, claim(w.id, 1, array['elsewhere'], array[5]::smallint[], array['-infinity']::timestamptz[], array[0])
                    """
                )
                try await event(test)
                #expect(try await handle.result(timeout: .seconds(600)).state == .completed)
            }
            #expect(try await client.attempts(of: handle.id).isEmpty)
        }
    }

    // What a standby that took over may believe: the worker's last completion never reached it.
    @Test(.enabled(if: TestServer.workersListen, "Workers do not listen in this run."))
    func `is run by that worker as soon as it has connected anew`() async throws {
        try await expectCompletion(listens: true) { test in
            try await test.query("select pg_terminate_backend(backend_pid) from workers")
        }
    }

    @Test func `is run by that worker before long where a pooler may hide that it has connected anew`()
        async throws
    {
        try await expectCompletion(listens: false)
    }
}
