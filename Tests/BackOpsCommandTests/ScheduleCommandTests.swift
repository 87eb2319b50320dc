import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
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
        let operation = try await Shell.backops(["show", "1", "--json"]).json()
        #expect(operation["globals"]?["name"] == "Ann" && operation["schedule"] == "nightly")
        let page = try await Shell.backops(["show", "1"]).output
        #expect(page.contains("schedule nightly, slot 20"), "\(page)")
        #expect(try await Shell.backops(["schedules", "remove", "nightly"]).output == "removed nightly\n")
        let gone = try await Shell.backops(["schedules", "show", "nightly"])
        #expect(
            gone.code == 66 && gone.messages.contains(#"there is no schedule "nightly""#),
            "\(gone.messages)"
        )
    }

    @Test func `creates one with a start, an end, tags and limits`() async throws {
        let created = try await Shell.backops([
            "schedules", "create", "s", "Greeting", "--every", "1h", "--starts-at", "2040-01-01", "--ends-at",
            "2041-01-01T12:00Z", "--catch-up", "all", "--catch-up-limit", "7", "--catch-up-window", "2h",
            "--tag", "a",
            "--tag", "b",
        ])
        #expect(created.code == 0, "\(created.messages)")
        let read: String = try await TestDatabase.current.value(
            """
            select concat_ws(' ', extract(epoch from starts_at)::bigint, extract(epoch from ends_at)::bigint, catch_up_limit,
                             extract(epoch from catch_up_window)::integer, tags)
              from schedules
            """
        )
        #expect(read == "2208988800 2240654400 7 7200 {a,b}")
    }

    @Test func `shows what the code of an application declares, and what it no longer does`() async throws {
        let declaring = ["TEST_SCHEDULE": "30 2 * * *"]
        let drained = try await Shell.application(["work", "--drain"], variables: declaring)
        #expect(drained.code == 0, "\(drained.messages)")
        let shown = try await Shell.backops(["schedules", "show", "nightly"]).output
        #expect(shown.contains("declared by: BackOpsCommandTestApplication"), "\(shown)")
        #expect(
            shown.contains("slots: 30 2 * * * Europe/Berlin") && shown.contains("overlap: buffer"),
            "\(shown)"
        )

        _ = try await Shell.application(["work", "--drain"])
        let listed = try await Shell.backops(["schedules"]).output
        #expect(listed.contains("paused") && listed.contains("no longer declares it"), "\(listed)")
        let doctor = try await Shell.backops(["doctor"])
        #expect(doctor.output.contains("no longer declares it"), "\(doctor.output)")
        _ = try await Shell.application(["work", "--drain"], variables: declaring)
        #expect(try await Shell.backops(["schedules", "--json"]).json()[0]?["status"] == "active")

        let refused = try await Shell.application(
            ["work", "--drain"],
            variables: ["TEST_SCHEDULE": "0 0 32 * *"]
        )
        #expect(
            refused.code != 0 && refused.messages.lowercased().contains("32 is not 1 to 31"),
            "\(refused.messages)"
        )
    }

    @Test func `backfills a time span, and says before how many slots that is`() async throws {
        _ = try await Shell.backops(["schedules", "create", "daily", "Greeting", "--cron", "0 0 * * *"])
        let span = ["schedules", "backfill", "daily", "--from", "2024-01-01", "--to", "2024-01-03"]
        let preview = try await Shell.backops(span + ["--dry-run"])
        #expect(
            preview.output == "would run 3 slots of daily, 2024-01-01T00:00:00Z to 2024-01-03T00:00:00Z\n",
            "\(preview.messages)"
        )
        let started = try await Shell.backops(span + ["--order", "newest", "--concurrency", "3"])
        #expect(started.output.hasPrefix("#1: 3 slots of daily"), "\(started.messages)")
        let drained = try await Shell.application(["work", "--drain"])
        #expect(drained.code == 0, "\(drained.messages)")
        let again = try await Shell.backops(span + ["--json"]).json()
        #expect(again["already_run"] == 3 && again["slots"] == 3)
        for wrong in [
            ["--from", "2024-01-01", "--order", "random"], ["--from", "2024-01-01", "--concurrency", "0"], [],
        ] {
            #expect(try await Shell.backops(["schedules", "backfill", "daily"] + wrong).code == 64)
        }
        let future = try await Shell.backops(
            ["schedules", "backfill", "daily", "--from", "2024-01-01", "--to", "+1h"]
        )
        #expect(future.code != 0 && future.messages.contains("has not come yet"), "\(future.messages)")
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
        ["--every", "1h", "--overlap", "queue"], ["--every", "1h", "--catch-up-limit", "5"],
        ["--every", "1h", "--starts-at", "soon"],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        let refused = try await Shell.backops(["schedules", "create", "s", "Greeting"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
    }
}
