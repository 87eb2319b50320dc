import ArgumentParser
import BackOps

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine server, schema, workers and what waits; changes nothing.",
        discussion: """
            Each line is one thing that was looked at: ✓ as it should be, ! somebody should look at it, ✗ does not \
            work, or will not for long. Below ! and ✗ stands what to do. What this role may not see is a !, never an \
            error. Nothing is locked and nothing is changed, so it may run on a live system at any time.

            connection: the server answers, within 20 ms.
            server: PostgreSQL 15 or newer, and not a standby.
            clock: the clocks of server and host agree within a second.
            pooler: no pooler stands in between, or statements are not prepared.
            listen: LISTEN works, and goes through no pooler.
            schema: every migration was taken, with the text that this program has.
            rights: this role may do what clients and workers do.
            invariants: select * from backops.invariants() returns nothing.
            triggers: the tables have no triggers but the engine's.
            workers: somebody is alive; nobody's lease has ended.
            versions: all living workers run the same version of the application.
            names: nothing is parked, or waits for a worker that knows it.
            unclaimed: no due job waits for 10 s (!) or 60 s (✗) though a worker knows it.
            approvals: none is over that no worker has looked at (✗), or for a role for which nobody can decide (!).
            limits: nobody set one, or a rate, or closed one, for which operations wait (!), and whatever came to one was looked at \
            (✗).
            schedules: none is overdue or could not enqueue (✗), was paused by failures, or is of an unknown operation (!).
            snapshots, prepared, slots: no transaction older than 60 s (!) or 10 min (✗), no forgotten prepared one, \
            no unread replication slot keeps dead rows from being removed.
            vacuum: no table has more dead rows than live ones (!), or twenty times as many (✗).
            connections: less than 80 % (!) or 95 % (✗) are in use.
            notifications: the queue of NOTIFY is less than 5 % (!) or 25 % (✗) full.
            transaction-numbers: less than 25 % (!) or 60 % (✗) are used up before the next freeze.
            durability: fsync, full_page_writes, synchronous_commit and autovacuum are on.
            role: no setting of the role makes it read only, cancels statements early, or changes the isolation.

            Ends with 3 if there is a ✗, else with 0.
            """
    )

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let diagnosis = await Doctor(try options.resolved()).examine()
        if output.json {
            StandardStream.output.writeLine(diagnosis.json.description)
        } else {
            StandardStream.output.write(DiagnosisText(diagnosis).text(output.style))
        }
        if diagnosis.level == .failure { throw Problem.silent(.checkFailed) }
    }
}
