import BackOps
import Foundation
import LibPQ
import TestSupport
import Testing

/// A process that is killed while its session is in the middle of a slot.
@Suite(.timeLimit(.minutes(30))) struct `A worker that is killed while it sweeps schedules` {
    @Test(arguments: [
        ("insert on backops.operations", "new.slot is not null"),
        ("update on backops.schedules", "new.run_count > old.run_count"),
    ])
    func `loses no slot, and none runs twice`(write: String, condition: String) async throws {
        try await withSite { site in
            let gatekeeper = try await PQConnection.connect(site.database.options)
            try await gatekeeper.script("select pg_advisory_lock(7)")
            try await gatekeeper.script(
                """
                create function hold() returns trigger language plpgsql as $$
                begin
                  perform pg_advisory_lock_shared(7), pg_advisory_unlock_shared(7);
                  return new;
                end
                $$;
                create trigger hold before \(write) for each row when (\(condition)) execute function hold();
                """
            )
            let killed = try WorkerProcess(site.conninfo)
            try await killed.logs("worker started")
            let schedule =
                "backops.schedule('s', 'Ledger', every => '1 second', overlap => 'allow', catch_up => 'all'"
            try await site.query("select \(unescaped: schedule))")
            try await eventually("a sweep is in the middle of a slot") {
                try await site.value(
                    "select count(*) > 0 from pg_stat_activity where wait_event = 'advisory'",
                    as: Bool.self
                )
            }
            killed.kill(SIGKILL)
            _ = killed.wait()
            let heir = try WorkerProcess(site.conninfo)
            try await heir.logs("worker started")
            try await gatekeeper.script(
                "select pg_advisory_unlock(7); drop trigger hold on \(write.split(separator: " ").last ?? "")"
            )
            try await eventually("some slots were run") { try await site.count("completed") >= 3 }
            try await site.query("select \(unescaped: schedule), ends_at => clock_timestamp())")
            try await eventually("no slot is to come") {
                try await site.value(
                    "select count(*) = 0 from backops.schedules where next_at is not null",
                    as: Bool.self
                )
            }
            try await site.settled()
            let wrong = try await site.query(
                """
                select due.at::text || ': ' || count(o.id)
                  from backops.schedules s
                 cross join generate_series(s.starts_at + s.every, s.ends_at, s.every) as due (at)
                  left join backops.operations o on o.slot = due.at
                 group by due.at having count(o.id) <> 1
                """
            )
            #expect(try wrong.map { try $0.decode(0, as: String.self) } == [])
            #expect(heir.stop() == 0)
            await gatekeeper.close()
        }
    }
}
