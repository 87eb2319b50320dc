import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import Testing

extension GlobalKey where Value == Int {
    fileprivate static var n: Self { "n" }
}

@Suite(.backops) struct `Finding operations` {
    private func withOperations<R: Sendable>(
        _ body: (BackOpsClient, [Int64]) async throws -> R
    ) async throws -> R {
        try await withClient { client async throws in
            try await BackOpsWorker.test { Errand() }.drain()
            let documents: [Globals] = (1...5).map { ["n": .integer($0), "address": ["city": "Oslo"]] }
            let ids = try await client.enqueue(Errand.self, batch: documents)
            return try await body(client, ids)
        }
    }

    @Test func `by name and by what their globals contain`() async throws {
        try await withOperations { client, ids async throws in
            #expect(
                try await client.operations.named(Errand.self).globalsContain(.n, 3).first()?.id == ids[2]
            )
            #expect(
                try await client.operations.globalsContain(["address": ["city": "Oslo"]]).all().count == 5
            )
            #expect(try await client.operations.globalsContain(["address": ["city": "Rome"]]).first() == nil)
            #expect(try await client.operations.named("Nothing").first() == nil)
            let both = client.operations.globalsContain(.n, 3).globalsContain(["address": ["city": "Oslo"]])
            #expect(try await both.all().map(\.id) == [ids[2]])
        }
    }

    @Test func `by state`() async throws {
        try await withOperations { client, ids async throws in
            try await client.cancel(ids[0])
            #expect(
                try await client.operations.inState(.active).all().map(\.id) == ids.dropFirst().reversed()
            )
            #expect(try await client.operations.inState(.cancelled).all().map(\.id) == [ids[0]])
            try await BackOpsWorker.test { Errand() }.drain()
            #expect(try await client.operations.inState(.completed, .cancelled).all().count == 5)
            #expect(try await client.operations.inState(.failed).first() == nil)
        }
    }

    @Test(arguments: OperationOrder.allCases, [false, true])
    func `in an order of their own, page by page, each of them once`(
        order: OperationOrder,
        isReversed: Bool
    ) async throws {
        try await withClient { client async throws in
            try await BackOpsWorker.test { Errand() }.drain()
            for number in 0..<12 {
                var request = OperationRequest(
                    number % 3 == 0 ? "Unknown" : Errand.name,
                    ["n": .integer(Int64(number))]
                )
                request.queue = ["b", "a"][number % 2]
                request.priority = number % 4
                request.when = number % 5 == 0 ? .in(.seconds(3600 - 60 * number)) : .now
                try await client.enqueue(request)
            }
            for id in [2, 5, 3] as [Int64] { try await client.cancel(id) }
            let query = client.operations.sorted(by: order, reversed: isReversed)
            let whole = try await query.all()
            #expect(whole.count == 12)
            var (paged, last): ([Int64], Int64?) = ([], nil)
            while true {
                let page = try await (last.map { query.after($0) } ?? query).all(limit: 5)
                paged += page.map(\.id)
                guard let end = page.last else { break }
                last = end.id
            }
            #expect(paged == whole.map(\.id))
            let back = try await client.operations.sorted(by: order, reversed: !isReversed).all()
            #expect(back.map(\.id) == whole.map(\.id).reversed())
            func isSorted<Key: Comparable>(_ key: (OperationRecord) -> Key) -> Bool {
                let keys = (isReversed ? back : whole).map(key)
                return zip(keys, keys.dropFirst()).allSatisfy { $0 <= $1 }
            }
            switch order {
            case .id: #expect(isSorted { -$0.id })
            case .name: #expect(isSorted(\.name))
            case .queue: #expect(isSorted(\.queue))
            case .priority: #expect(isSorted(\.priority))
            case .ended: #expect(isSorted { -($0.endedAt ?? .distantPast).timeIntervalSince1970 })
            case .due: #expect(isSorted { ($0.runAt ?? .distantFuture) })
            }
        }
    }

    @Test func `as a stream, page by page, newest first`() async throws {
        try await withClient { client async throws in
            let ids = try await client.enqueue(Errand.self, batch: (0..<450).map { ["n": .integer($0)] })
            var seen: [Int64] = []
            for try await record in client.operations.named(Errand.self) { seen.append(record.id) }
            #expect(seen == ids.reversed())
        }
    }

    @Test func `retries what failed, all at once`() async throws {
        struct Flaky: OperationDefinition {
            static let name = "Flaky"
            let works: Bool
            var branches: [Branch] {
                Do("Try") { _ in if !works { throw Broken() } }.retry(.never)
            }
        }
        try await withClient { client async throws in
            let ids = try await client.enqueue(
                Flaky.self,
                batch: (0..<30).map { ["even": .bool($0 % 2 == 0)] }
            )
            try await BackOpsWorker.test { Flaky(works: false) }.drain()
            let failed = client.operations.named(Flaky.self).inState(.failed)
            #expect(try await failed.all().count == 30)
            #expect(try await failed.globalsContain(["even": true]).retryAll().count == 15)
            try await BackOpsWorker.test { Flaky(works: true) }.drain()
            #expect(try await client.operations.inState(.completed).all().count == 15)
            #expect(try await client.operations.inState(.failed).cancelAll().isEmpty)
            #expect(try await client.operation(ids[0])?.state == .completed)
        }
    }
}

@Suite(.backops) struct `Steering from Swift` {
    @Test func `refuses in words what cannot be done`() async throws {
        try await withClient { client async throws in
            let unknown = await #expect(throws: BackOpsError.self) { try await client.retry(4711) }
            #expect(unknown?.code == .noSuchOperation)
            try await BackOpsWorker.test { Errand() }.drain()
            let handle = try await client.enqueue(Errand.self)
            let fresh = await #expect(throws: BackOpsError.self) { try await client.retry(handle.id) }
            #expect(fresh?.code == .wrongState)
            let nowhere = await #expect(throws: BackOpsError.self) {
                try await client.jump(handle.id, to: "red")
            }
            #expect(nowhere?.code == .unknownJumpTarget)
            #expect(nowhere?.description.contains("main/Go") == true)
        }
    }

    @Test func `sets and removes globals, runs again, and skips`() async throws {
        try await withClient { client async throws in
            let handle = try await client.enqueue(Errand.self, ["n": 1])
            try await BackOpsWorker.test { Errand() }.drain()
            try await client.setGlobal(.n, to: 2, of: handle.id)
            #expect(try await handle.record().globals["n"] == 2)
            try await client.setGlobal(GlobalKey<Int>.n, to: nil, of: handle.id)
            #expect(try await handle.record().globals["n"] == nil)
            try await client.run(handle.id, from: .main)
            #expect(try await handle.record().state == .active)
            try await client.skip(handle.id)
            #expect(try await handle.record().state == .completed)
            #expect(try await client.actions(of: handle.id).map(\.status) == [.skipped])
            #expect(try await client.attempts(of: handle.id).map(\.outcome) == [.completed])
        }
    }
}

/// No worker holds what the test says is running.
@Suite(.backops(checksInvariants: false)) struct `Finding operations by what they do right now` {
    @Test func `finds those of which the view says so`() async throws {
        let test = TestDatabase.current
        try await withClient { client async throws in
            try await BackOpsWorker.test { Errand() }.drain()
            let ids = try await client.enqueue(Errand.self, batch: (0..<4).map { ["n": .integer($0)] })
            try await client.enqueue(Errand.self, ["n": 4], when: .in(.seconds(3600)))
            try await client.enqueue(OperationRequest("Nobody knows it"))
            try await client.cancel(ids[0])
            try await test.script(
                """
                update jobs set worker_id = 1, claim_id = 1, claimed_at = now(), attempt = 1 where operation_id = \(ids[1]);
                update jobs set attempt = 1, run_at = now() + interval '1 hour' where operation_id = \(ids[2]);
                """
            )
            func found(_ statuses: [OperationStatus]) async throws -> [Int64] {
                try await client.operations.withStatus(statuses).all().map(\.id)
            }
            let all = try await client.operations.all()
            for status in OperationStatus.allCases {
                #expect(
                    try await found([status]) == all.filter { $0.status == status }.map(\.id),
                    "\(status)"
                )
            }
            #expect(Set(all.map(\.status)).count == 6)
            #expect(try await found(OperationStatus.allCases).count == all.count)
            #expect(try await found([.cancelled, .running]) == [ids[1], ids[0]])
            #expect(try await found([]).isEmpty)
        }
    }
}
