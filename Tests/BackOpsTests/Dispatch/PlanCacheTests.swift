import BackOps
import Synchronization
import Testing

@Suite struct `The cache of plans` {
    /// The versions that were asked for.
    private final class Library: Sendable {
        let asked = Mutex<[Int64]>([])

        var cache: PlanCache {
            PlanCache { id in
                self.asked.withLock { $0.append(id) }
                if id == 10 { return Array(#"{"/limit": "a", "main": ["Charge"]}"#.utf8) }
                return id == 7 ? Array(#"{"main": ["Charge", "Ship"]}"#.utf8) : nil
            }
        }
    }

    private let library = Library()

    @Test func `fetches a version once`() async throws {
        let cache = library.cache
        for _ in 0..<3 {
            let plan = try await cache.plan(of: .sample(1, definitionID: 7))
            #expect(plan.entries.map(\.name) == ["Charge", "Ship"])
        }
        #expect(library.asked.withLock { $0 } == [7])
    }

    @Test func `reads the names of a plan with a limit`() async throws {
        let plan = try await library.cache.plan(of: .sample(1, definitionID: 10))
        #expect(plan.entries.map(\.path) == ["main/Charge"])
    }

    @Test func `never fetches a version that this worker registered`() async throws {
        let cache = library.cache
        cache.remember(Plan(entries: []), as: 8)
        #expect(try await cache.plan(of: .sample(1, definitionID: 8)).entries.isEmpty)
        #expect(library.asked.withLock { $0 } == [])
    }

    @Test func `says which version is missing, and asks again next time`() async throws {
        let cache = library.cache
        for _ in 0..<2 {
            let error = await #expect(throws: BackOpsError.self) {
                try await cache.plan(of: .sample(1, definitionID: 9))
            }
            #expect(error?.code == .invalidPlan)
            #expect(error?.subject == "Order")
            #expect(error?.message == "Version 9 of the plan of Order is not in the database.")
        }
        #expect(library.asked.withLock { $0 } == [9, 9])
    }

    @Test func `reads the plan that a job brings along`() async throws {
        let job = ClaimedJob.sample(1, definitionID: 7, plan: #"[["main", "Charge"], ["late", "Ship"]]"#)
        let plan = try await library.cache.plan(of: job)
        #expect(plan.entries.map(\.name) == ["Charge", "Ship"])
        #expect(plan.entries.map(\.branch) == ["main", "late"])
        #expect(plan.entries.map(\.position) == [1, 2])
        #expect(library.asked.withLock { $0 } == [])
    }

    @Test(arguments: [
        ("{}", "The plan is not an array."),
        (#"["Charge"]"#, "Entry 1 of the plan is not [branch, action]."),
        (#"[["main", "Charge"], ["main"]]"#, "Entry 2 of the plan is not [branch, action]."),
        (#"[["main", 1]]"#, "Entry 1 of the plan is not [branch, action]."),
    ])
    func `says what is wrong with it`(text: String, message: String) async throws {
        let error = await #expect(throws: BackOpsError.self) {
            try await library.cache.plan(of: .sample(1, plan: text))
        }
        #expect(error?.message == message)
    }

    @Test func `gives an empty plan to a job that names none`() async throws {
        #expect(try await library.cache.plan(of: .sample(1)).entries.isEmpty)
    }
}
