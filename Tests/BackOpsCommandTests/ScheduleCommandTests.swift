import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The command schedules` {
    @Test func `creates, shows, pauses, runs, resumes and removes a schedule`() async throws {
        #expect(try await Shell.backops(["schedules"]).messages.contains("no schedules"))
        let created = try await Shell.backops([
            "schedules", "create", "nightly", "Greeting", "--cron", "30 2 * * *", "--time-zone",
            "Europe/Berlin", "name=Ann",
        ])
        #expect(created.code == 0, "\(created.messages)")
        #expect(
            created.output.hasPrefix("scheduled nightly; it runs next at ")
                && created.output.contains(" 02:30:00 Europe/Berlin")
        )
        #expect(try await Shell.backops(["schedules", "list"]).output.contains("30 2 * * * Europe/Berlin"))

        let paused = try await Shell.backops([
            "schedules", "pause", "nightly", "--until", "+1h", "--reason", "holiday",
        ])
        #expect(paused.output == "paused nightly; it goes on in 60m\n", "\(paused.messages)")
        let shown = try await Shell.backops(["schedules", "show", "nightly"]).output
        #expect(shown.contains("state: paused") && shown.contains("reason: holiday"), "\(shown)")
        #expect(try await Shell.backops(["schedules", "run-now", "nightly"]).output == "#1\n")
        #expect(try await Shell.backops(["schedules", "resume", "nightly"]).output == "resumed nightly\n")
        let json = try await Shell.backops(["schedules", "--json"]).json()[0]
        #expect(json?["status"] == "active" && json?["last_operation_id"]?.integerValue == 1)
        #expect(try await Shell.backops(["show", "1", "--json"]).json()["globals"]?["name"] == "Ann")
        #expect(try await Shell.backops(["schedules", "remove", "nightly"]).output == "removed nightly\n")
        let gone = try await Shell.backops(["schedules", "show", "nightly"])
        #expect(
            gone.code == 66 && gone.messages.contains(#"there is no schedule "nightly""#),
            "\(gone.messages)"
        )
    }

    @Test func `previews slots, and says which a clock change has moved`() async throws {
        let preview = try await Shell.backops([
            "schedules", "preview", "30 2 * * *", "--time-zone", "Europe/Berlin", "-n", "2", "--after",
            "2024-03-30T00:00:00Z",
        ])
        #expect(
            preview.output.contains("2024-03-31T01:00:00Z  2024-03-31 03:00:00  shifted by a clock change"),
            "\(preview.output)"
        )
        #expect(preview.messages.contains("a fixed time runs once"))
        let refused = try await Shell.backops(["schedules", "preview", "0 0 32 * *"])
        #expect(
            refused.code != 0 && refused.messages.lowercased().contains("day of month: 32 is not 1 to 31"),
            "\(refused.messages)"
        )
    }

    @Test(arguments: [
        ["--cron", "0 0 * * *", "--every", "1h"], [], ["--every", "1h", "--catch-up", "some"],
        ["--every", "1h", "--overlap", "queue"],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        let refused = try await Shell.backops(["schedules", "create", "s", "Greeting"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
    }
}
