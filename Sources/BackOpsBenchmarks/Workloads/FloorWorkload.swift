import DevPostgres
import LibPQ

/// What the same server does with the simplest transactions, by its own tool.
struct FloorWorkload: Workload {
    let name = "floor"
    let summary = "pgbench: one-row UPDATE and INSERT with 1 and 8 connections, UPDATE of 1,000 rows"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        guard let programs = try? PostgresPrograms.find(), let program = programs.path(of: "pgbench") else {
            laboratory.progress.note(
                "floor: skipped, there is no program pgbench beside the server's programs"
            )
            return []
        }
        let seconds = laboratory.scaled(4)
        return try await laboratory.withDatabase { database in
            try await database.pool.script(Self.tables)
            try await database.pool.query("vacuum (analyze) updated")
            try await database.settle()
            let pgbench = Pgbench(program: program, conninfo: database.conninfo, seconds: seconds)
            var figures: [Figure] = []
            for (kind, script) in [("UPDATE", Self.update), ("INSERT", Self.insert)] {
                for connections in [1, 8] {
                    let variant = "\(kind), \(connections) connection\(connections == 1 ? "" : "s")"
                    laboratory.progress.say("floor: \(variant)")
                    let rate = try await pgbench.run(script, connections: connections)
                    figures.append(figure(variant, rate, .transactionsPerSecond, seconds))
                }
            }
            let bulk = "UPDATE of 1,000 rows"
            laboratory.progress.say("floor: \(bulk)")
            let rate = try await pgbench.run(Self.bulkUpdate, connections: 1) * 1000
            return figures + [figure(bulk, rate, .rowsPerSecond, seconds)]
        }
    }

    private func figure(_ variant: String, _ rate: Double, _ unit: Figure.Unit, _ seconds: Int) -> Figure {
        Figure(
            workload: name,
            variant: variant,
            value: rate,
            unit: unit,
            count: Int(rate * Double(seconds)),
            seconds: Double(seconds)
        )
    }

    private static let tables = """
        create table updated (id bigint primary key, n bigint not null) with (fillfactor = 50);
        insert into updated select i, 0 from generate_series(1, 100000) as i;
        create table inserted (id bigint generated always as identity primary key, n bigint not null);
        """

    private static let update = """
        \\set id random(1, 100000)
        update updated set n = n + 1 where id = :id;

        """

    private static let insert = """
        \\set n random(1, 100000)
        insert into inserted (n) values (:n);

        """

    private static let bulkUpdate = """
        \\set id random(1, 99001)
        update updated set n = n + 1 where id between :id and :id + 999;

        """
}
