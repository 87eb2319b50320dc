import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The command that prunes` {
    /// One operation that has completed (#1), one that has failed (#2), one that waits (#3); the first two ended two days ago.
    private func prepare() async throws {
        #expect(try await Shell.backops(["enqueue", "Greeting", "name=Ann", "n:=1"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Stumbling", "n:=2"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Greeting", "n:=3", "--in", "1h"]).code == 0)
        #expect(try await Shell.application(["work", "--drain"]).code == 0)
        try await TestDatabase.current.script(
            """
            update operations set created_at = created_at - interval '2 days', ended_at = ended_at - interval '2 days';
            update actions set started_at = started_at - interval '2 days', completed_at = completed_at - interval '2 days',
                               errored_at = errored_at - interval '2 days';
            update attempts set ended_at = ended_at - interval '2 days'
            """
        )
    }

    private func ids() async throws -> String { try await Shell.backops(["list", "-q"]).output }

    @Test func `asks first, and does not hang where nobody can answer`() async throws {
        try await prepare()
        let refused = try await Shell.backops(["prune", "--older-than", "1d"])
        #expect(refused.code == 64)
        #expect(refused.messages.contains("Delete 2 operations (1 completed, 1 failed) for good?"))
        #expect(refused.messages.contains("--yes"))
        #expect(try await ids() == "3\n2\n1\n")
    }

    @Test func `deletes what ended longer ago`() async throws {
        try await prepare()
        let pruned = try await Shell.backops(["prune", "--older-than", "1d", "--yes"])
        #expect(pruned.output == "pruned 2 operations\n")
        #expect(pruned.code == 0)
        #expect(try await ids() == "3\n")
        #expect(try await Shell.backops(["prune", "--older-than", "1d"]).output == "pruned 0 operations\n")
    }

    @Test(arguments: [
        (["--older-than", "3d"], "pruned 0 operations\n", "3\n2\n1\n"),
        (["--older-than", "1d", "--state", "failed"], "pruned 1 operation\n", "3\n1\n"),
        (
            ["--older-than", "1d", "--state", "completed", "--state", "cancelled"], "pruned 1 operation\n",
            "3\n2\n"
        ),
        (["--older-than", "1d", "--json"], #"{"dry_run":false,"pruned":2}"# + "\n", "3\n"),
    ])
    func `deletes only what it was told to`(arguments: [String], output: String, left: String) async throws {
        try await prepare()
        let pruned = try await Shell.backops(["prune", "--yes"] + arguments)
        #expect(pruned.output == output)
        #expect(try await ids() == left)
    }

    @Test func `says what it would delete, and deletes nothing`() async throws {
        try await prepare()
        let text = try await Shell.application(["prune", "--older-than", "1d", "-n"])
        #expect(text.output == "would have pruned 2 operations (1 completed, 1 failed)\n")
        let json = try await Shell.backops(["prune", "--older-than", "1d", "--dry-run", "--json"]).json()
        #expect(json["pruned"]?.integerValue == 2)
        #expect(json["failed"]?.integerValue == 1)
        #expect(try await ids() == "3\n2\n1\n")
    }

    @Test(arguments: [
        ([], "--older-than"), (["--older-than", "soon"], "no duration"),
        (["--older-than", "1d", "--state", "active"], "cancel it first"),
        (["--older-than", "1d", "--state", "gone"], "no state"),
    ])
    func `refuses what makes no sense`(arguments: [String], message: String) async throws {
        let refused = try await Shell.backops(["prune"] + arguments)
        #expect(refused.code == 64)
        #expect(refused.messages.contains(message))
    }
}
