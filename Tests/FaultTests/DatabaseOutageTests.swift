import BackOps
import DevPostgres
import Foundation
import LibPQ
import TestSupport
import Testing

/// The server stops, is full, or lets nobody in; beside `OutageTests`, which does such things to a worker of its own process.
@Suite(.timeLimit(.minutes(30))) struct `A worker whose database goes away` {
    private static let lost = "worker cannot reach the database"
    private static let found = "worker reaches the database again"

    /// Runs a worker with work for a while, does something to the server, and checks that nothing was lost or done twice.
    private func withWork(
        _ settings: DevPostgres.Settings = .init(durable: true),
        user: String = DevPostgres.user,
        prepare: (Site) async throws -> Void = { _ in },
        _ body: (Site, WorkerProcess) async throws -> Void
    ) async throws {
        try await withSite(settings) { site in
            try await prepare(site)
            var worker = WorkerProcess.Settings()
            // The outage is to be shorter than the lease.
            worker.leaseSeconds = 120
            worker.pauseMilliseconds = 5
            let process = try WorkerProcess("\(site.conninfo) user=\(user)", worker)
            try await process.logs("worker started")
            let ids = try await site.enqueue("Ledger", count: 100)
            try await eventually("it works") { try await site.count("completed") >= 5 }
            try await body(site, process)
            try await eventually("all operations have ended", within: .seconds(600)) {
                try await site.reachable { try await site.count("active") } == 0
            }
            let more = try await site.enqueue("Plain", count: 20)
            try await site.settled()
            try await site.expectEveryEffectOnce(of: ids)
            #expect(try await site.count("completed") >= ids.count + more.count)
            #expect(
                try await site.value("select count(*) from backops.operations where state <> 'completed'")
                    == 0
            )
            #expect(process.lines("worker started").count == 1)
            #expect(process.stop() == 0)
        }
    }

    /// One line says what is wrong, one that it is over.
    private func expectOneOutage(_ worker: WorkerProcess, saying reasons: [String]) async throws {
        try await worker.logs(Self.found)
        #expect(worker.lines(Self.lost).map(\.level) == ["warning"])
        let error = worker.lines(Self.lost).first?.metadata["error"] ?? ""
        #expect(reasons.contains { error.contains($0) }, "\(error)")
        #expect(worker.lines(Self.found).map(\.level) == ["notice"])
    }

    @Test(arguments: [DevPostgres.ShutdownMode.fast, .immediate])
    func `says so in one line when it restarts, and goes on by itself`(
        mode: DevPostgres.ShutdownMode
    ) async throws {
        try await withWork { site, worker in
            try await site.server.restart(mode: mode)
            try await expectOneOutage(
                worker,
                saying: [
                    "terminating connection", "server closed the connection", "shutting down", "No such file",
                ]
            )
        }
    }

    @Test func `says so in one line when it dies, and goes on by itself`() async throws {
        try await withWork { site, worker in
            site.server.kill()
            try await worker.logs(Self.lost)
            try await site.server.restart()
            try await expectOneOutage(
                worker,
                saying: [
                    "terminating connection", "server closed the connection", "Connection refused",
                    "No such file",
                ]
            )
        }
    }

    @Test func `waits for a connection when others have taken them all`() async throws {
        try await withWork(.init(maxConnections: 20), user: "app") { site in
            try await site.client.pool.script(
                """
                create role app login;
                grant usage on schema backops to app;
                grant all on all tables in schema backops to app;
                grant all on all sequences in schema backops to app;
                grant all on all functions in schema backops to app;
                grant all on all tables in schema public to app;
                """
            )
        } _: { site, worker in
            var crowd: [PQConnection] = []
            let options = PQOptions("\(site.conninfo) user=app")
            // Whenever the worker loses a connection, somebody else takes its place.
            try await eventually("the worker is left outside") {
                try await site.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                     where usename = 'app' and application_name = 'backops worker'
                    """
                )
                do {
                    while true { crowd.append(try await PQConnection.connect(options)) }
                } catch let error as PQError where error.sqlState == .tooManyConnections {
                    return !worker.lines(Self.lost).isEmpty
                }
            }
            for connection in crowd { await connection.close() }
            // It may have lost it, and found it again, before there were none left.
            try await eventually("the worker is back in") {
                worker.lines(Self.lost).count == worker.lines(Self.found).count
            }
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a small filesystem"))
    func `keeps what it cannot write while the disk is full`() async throws {
        try await withSmallDisk { disk in
            try await withWork { site in
                try giveAway(disk, to: site.server.directory + "/data")
                // Only the tables are on the small disk: a full log would stop the server.
                try await site.query("create tablespace small location '\(unescaped: disk.path)'")
                try await site.query("alter table all in tablespace pg_default set tablespace small")
                try await site.query("alter index all in tablespace pg_default set tablespace small")
            } _: { site, worker in
                let filler = disk.appending(path: "filler")
                // Work that begins when the disk is full already, however fast the worker is, and more than fits into pages that are there.
                let ids = try await site.enqueue("Ledger", count: 1000) { fill(filler) }
                try await worker.logs(
                    "database refuses what the worker writes; it tries again until it is taken"
                )
                let line = worker.lines(
                    "database refuses what the worker writes; it tries again until it is taken"
                ).first
                #expect(line?.metadata["error"]?.contains("No space left on device") == true)
                try FileManager.default.removeItem(at: filler)
                try await worker.logs("database takes what the worker writes again")
                try await site.settled()
                try await site.expectEveryEffectOnce(of: ids)
            }
        }
    }

    private func withSmallDisk(_ body: (URL) async throws -> Void) async throws {
        let disk = FileManager.default.temporaryDirectory.appending(path: "backops-disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: disk) }
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=8m,mode=777", "tmpfs", disk.path])
        defer { try? run("/bin/umount", ["--lazy", disk.path]) }
        try await body(disk)
    }

    /// Makes the owner of one folder that of another one: the server runs as somebody else.
    private func giveAway(_ folder: URL, to owner: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: owner)
        let account = try #require(attributes[.ownerAccountID])
        try FileManager.default.setAttributes(
            [.ownerAccountID: account, .posixPermissions: 0o700],
            ofItemAtPath: folder.path
        )
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = try Process.run(URL(filePath: program), arguments: arguments)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Writes until nothing more can be written.
    private func fill(_ file: URL) {
        let descriptor = open(file.path, O_CREAT | O_WRONLY, 0o600)
        let block = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        close(descriptor)
    }
}
