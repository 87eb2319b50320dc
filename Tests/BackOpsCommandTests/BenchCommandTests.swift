import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// Nothing here says how fast anything is, or has to be.
@Suite(.backops) struct `The command bench` {
    private static let tiny = ["--scale", "0.001", "--runs", "1"]

    private func bench(_ arguments: [String]) async throws -> Finished {
        try await Shell.backops(["bench", "--database", TestDatabase.current.directConninfo] + arguments)
    }

    @Test func `is no part of an application`() async throws {
        #expect(try await Shell.application(["bench", "--list"]).code == 64)
        #expect(!(try await Shell.backops(["--help"]).output.contains("bench-worker")))
    }

    @Test func `lists its workloads`() async throws {
        let list = try await Shell.backops(["bench", "--list"])
        #expect(list.code == 0)
        for name in ["drain", "workflow", "snapshot", "ceiling", "floor"] {
            #expect(list.output.contains(name))
        }
    }

    @Test(
        arguments: [
            ["drain", "workflow", "long-workflow", "enqueue"], ["backlog", "snapshot", "scheduled"],
            ["very-long-workflow", "queues", "retries"], ["limited", "rated", "hot", "full", "fair"],
            ["globals", "churn"],
            ["latency", "sleepers", "idle"], ["processes"], ["slots"], ["schedules"], ["ceiling", "floor"],
        ]
    )
    func `runs every workload, proves it, and prints a line of JSON for each figure`(
        workloads: [String]
    ) async throws {
        let finished = try await bench(Self.tiny + ["--json", "--workload"] + workloads)
        #expect(finished.code == 0, "\(finished.messages)")
        let lines = try finished.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let results = lines.filter { $0["workload"] != nil }
        // Without pgbench on the machine there is no floor, and a line says so.
        let expected = finished.messages.contains("skipped") ? workloads.filter { $0 != "floor" } : workloads
        #expect(Set(results.compactMap { $0["workload"]?.stringValue }) == Set(expected))
        for result in results {
            let fields = [
                "workload", "variant", "value", "unit", "n", "seconds", "worker_cpu_us_per_action",
                "postgres_cpu_us_per_action", "rss_mb", "runs", "details", "settings",
            ]
            #expect(Set(fields) == Set(result.objectValue?.keys.map(\.text) ?? []))
            #expect(result["runs"]?.arrayValue?.count == 1)
            #expect(result["value"]?.doubleValue != nil)
            let settings = try #require(result["settings"]?.objectValue)
            for name in [
                "version", "fsync", "synchronous_commit", "shared_buffers", "cores", "build", "slots",
            ] {
                #expect(settings[JSONValue.Key(name)]?.stringValue != nil, "\(name)")
            }
            #if DEBUG
            #expect(settings["build"] == "debug")
            #endif
        }
    }

    @Test func `reports nothing when work was left undone, and drops its database nevertheless`() async throws
    {
        // Who owns nothing else shows what is left over.
        let role = TestDatabase.current.schema + "_bench"
        try await TestDatabase.current.script("create role \(role) createdb")
        // Triggers do not fire then, and so no operation gets a job.
        let options = "-c role=\(role) -c session_replication_role=replica"
        let database = TestDatabase.current.directConninfo
        let failed = try await Shell.backops(
            ["bench", "--database", database, "--workload", "workflow"] + Self.tiny,
            variables: ["PGOPTIONS": options]
        )
        let left = try await TestDatabase.current.value(
            "select count(*) from pg_database where datdba = (select oid from pg_roles where rolname = \(role))",
            as: Int.self
        )
        #expect(failed.code == 1, "\(failed.messages)")
        #expect(failed.output.isEmpty)
        #expect(failed.messages.contains("40 operations not completed"))
        #expect(left == 0)
        try await TestDatabase.current.script("drop role \(role)")
    }

    @Test func `shows a table, the targets, the settings and the ratios to an earlier run`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let first = try await bench(Self.tiny + ["--json", "--workload", "workflow"])
        try first.output.write(to: file, atomically: true, encoding: .utf8)
        let second = try await bench(Self.tiny + ["--workload", "workflow", "--compare", file.path])
        #expect(second.code == 0, "\(second.messages)")
        for part in ["WORKLOAD", "RATIO", "actions/s", "MEASURE", "TARGET", "fsync", "shared_buffers"] {
            #expect(second.output.contains(part), "\(part)")
        }
        #expect(!second.output.contains("Differs"))
        #expect(second.messages.contains("run 1 of 1: workflow"))
    }

    @Test(arguments: [
        ["--workload", "drian"], ["--scale", "0"], ["--runs", "0"], ["--slots", "0"],
        ["--compare", "/no/such/file"],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        #expect(try await bench(arguments).code == 64)
    }
}
