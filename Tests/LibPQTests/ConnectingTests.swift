import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Connecting` {
    @Test func `a connection knows its server and its process`() async throws {
        try await withConnection { connection async throws in
            #expect(connection.isUsable)
            #expect(connection.serverVersion >= 150_000)
            let pid = try await connection.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
            #expect(pid == connection.backendPID)
        }
    }

    @Test func `a server that is not there is reported`() async {
        let error = await errorOf { try await withConnection(PQOptions("host=/nowhere-at-all")) { _ in } }
        #expect(error?.code == .connectionFailed)
        #expect(error?.isTransient == true)
    }

    @Test func `a refusal carries the server's state`() async {
        let options = PQOptions(TestServer.conninfo + " dbname=no_such_database")
        let error = await errorOf { try await withConnection(options) { _ in } }
        #expect(error?.code == .connectionFailed)
        #expect(error?.sqlState == .undefinedDatabase)
        #expect(error?.isTransient == false)
        #expect(error?.message.contains("LOCATION") == false)
        #expect(error?.message.contains("no_such_database") == true)
    }

    @Test(arguments: [
        "hostt=x password=sesame", "postgresql://me:sesame@[::1",
        "password=sesame secret", "postgres//me:sesame@host/db", "password='sesame",
        "host=x\0 password=sesame",
    ])
    func `a bad connection string is refused without quoting it`(conninfo: String) async {
        let options = PQOptions(conninfo)
        let error = await errorOf { try await withConnection(options) { _ in } }
        #expect(error?.code == .invalidOptions)
        let shown =
            "\(String(describing: error)) \(error?.debugDescription ?? "") \(options) \(String(reflecting: options))"
        #expect(!shown.contains("sesame"))
        #expect(throws: PQError.self) { try options.validate() }
    }

    @Test func `a description shows everything but the password`() {
        let options = PQOptions(
            "postgresql://me:sesame@db.example:5433/app?sslmode=require&sslpassword=hidden"
        )
        var dumped = ""
        dump(options, to: &dumped)
        for shown in ["\(options)", String(reflecting: options), dumped] {
            #expect(shown.contains("host=db.example"))
            #expect(shown.contains("user=me"))
            #expect(!shown.contains("sesame"))
            #expect(!shown.contains("hidden"))
        }
    }

    @Test func `a server that accepts and never answers is given up`() async throws {
        let silent = try #require(TCPProxy(to: "", fault: .dropReply))  // never started: nobody accepts
        var options = PQOptions("host=127.0.0.1 port=\(silent.port) user=x")
        options.connectTimeout = .milliseconds(200)
        let error = await errorOf { try await withConnection(options) { _ in } }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("in time") == true)
    }

    @Test func `an attempt to connect can be cancelled`() async throws {
        let silent = try #require(TCPProxy(to: "", fault: .dropReply))
        let options = PQOptions("host=127.0.0.1 port=\(silent.port) user=x connect_timeout=60")
        let task = Task { try await PQConnection.connect(options) }
        task.cancel()
        let error = await errorOf { _ = try await task.value }
        #expect(error?.code == .cancelled)
        withExtendedLifetime(silent) {}
    }

    @Test func `a host that does not answer leaves its time to the next`() async throws {
        let directory = try #require(TestServer.socketDirectory)
        let silent = try #require(TCPProxy(to: "", fault: .dropReply))
        var options = PQOptions(
            "host=127.0.0.1,\(directory) port=\(silent.port),5432 user=postgres dbname=postgres"
        )
        options.connectTimeout = .milliseconds(500)
        try await withConnection(options) { connection async throws in
            #expect(try await connection.query("select 1")[0].decode(0, as: Int.self) == 1)
        }
        withExtendedLifetime(silent) {}
    }

    @Test func `several hosts that fail are all reported`() async {
        let error = await errorOf {
            try await withConnection(PQOptions("host=/nowhere-a,/nowhere-b")) { _ in }
        }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("/nowhere-a") == true)
        #expect(error?.message.contains("/nowhere-b") == true)
    }

    @Test func `settings and the application's name hold for the session`() async throws {
        var options = TestServer.options
        options.applicationName = "a name with 'quotes'"
        options.settings = ["search_path": "pg_catalog, \"odd 'name\"", "statement_timeout": "12345"]
        try await withConnection(options) { connection async throws in
            let row = try await connection.query(
                "select current_setting('search_path'), current_setting('statement_timeout'), current_setting('application_name')"
            )[0]
            let values = try row.decode(as: String.self, String.self, String.self)
            #expect(values == ("pg_catalog, \"odd 'name\"", "12345ms", "a name with 'quotes'"))
        }
    }

    @Test func `a setting that the server refuses ends the attempt`() async {
        var options = TestServer.options
        options.settings = ["no_such_setting": "1"]
        let error = await errorOf { try await withConnection(options) { _ in } }
        #expect(error?.code == .server)
        #expect(error?.sqlState == .undefinedObject)
    }

    @Test func `a closed connection says so`() async throws {
        let connection = try await PQConnection.connect(TestServer.options)
        await connection.close()
        #expect(!connection.isUsable)
        #expect(await errorOf { try await connection.query("select 1") }?.code == .connectionLost)
    }
}
