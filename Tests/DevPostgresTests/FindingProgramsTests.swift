import DevPostgres
import Foundation
import Subprocess
import Testing

@Suite struct `Finding the server programs` {
    /// A folder with programs that claim to be of some version.
    private func withPrograms(version: String, _ body: (String) throws -> Void) async throws {
        try await withTestFolder { folder in
            // Written by another process: a file that a sibling thread's child still holds open for writing
            // cannot be run.
            let script = """
                cd "$1"; for program in postgres initdb; do
                printf "#!/bin/sh\\necho '$program (PostgreSQL) %s'" "$2" >$program; chmod +x $program; done
                """
            let result = try await Subprocess.run(
                .name("sh"),
                arguments: ["-ec", script, "sh", folder, version],
                output: .discarded
            )
            #expect(result.terminationStatus.isSuccess)
            try body(folder)
        }
    }

    @Test func `an installed server is found`() throws {
        let programs = try PostgresPrograms.find()
        #expect(programs.majorVersion >= 15)
        #expect(programs.version.hasPrefix("\(programs.majorVersion)"))
        #expect(try PostgresPrograms.at(programs.directory) == programs)
        #expect(programs.path(of: "initdb") == "\(programs.directory)/initdb")
        #expect(programs.path(of: "no-such-program") == nil)
    }

    @Test(arguments: [
        ("16.4 (Debian 16.4-1)", "16.4", 16), ("18beta1", "18beta1", 18), ("19devel", "19devel", 19),
    ])
    func `the version is read from the program`(line: String, version: String, major: Int) async throws {
        try await withPrograms(version: line) { folder in
            let programs = try PostgresPrograms.at(folder)
            #expect(programs.version == version)
            #expect(programs.majorVersion == major)
        }
    }

    @Test func `BACKOPS_POSTGRES_BIN wins over PATH`() async throws {
        try await withPrograms(version: "17.1") { named throws in
            let environment = ["BACKOPS_POSTGRES_BIN": named, "PATH": "/usr/bin"]
            #expect(try PostgresPrograms.find(versions: 15..., environment: environment).version == "17.1")
        }
    }

    @Test func `a BACKOPS_POSTGRES_BIN without programs is named in the error`() throws {
        let error = #expect(throws: DevPostgresError.self) {
            try PostgresPrograms.find(versions: 15..., environment: ["BACKOPS_POSTGRES_BIN": "/nowhere"])
        }
        #expect(error?.code == .programsMissing)
        #expect(error?.description.contains("BACKOPS_POSTGRES_BIN is /nowhere") == true)
    }

    @Test func `PATH comes before the usual folders`() async throws {
        try await withPrograms(version: "17.2") { folder in
            let programs = try PostgresPrograms.find(
                versions: 15...,
                environment: ["PATH": "/none:\(folder)"]
            )
            #expect(programs.version == "17.2")
        }
    }

    @Test func `a version that is too old is passed over`() async throws {
        try await withPrograms(version: "12.3") { folder in
            let programs = try PostgresPrograms.find(versions: 15..., environment: ["PATH": folder])
            #expect(programs.majorVersion >= 15)
        }
    }

    @Test func `only old versions are an error that says what to install`() throws {
        let error = #expect(throws: DevPostgresError.self) { try PostgresPrograms.find(minimumMajor: 99) }
        #expect(error?.code == .tooOld)
        #expect(error?.message.contains("PostgreSQL 99 or newer is needed") == true)
        #expect(error?.message.contains(" install postgresql") == true)
    }

    @Test func `a folder without programs is an error`() {
        let error = #expect(throws: DevPostgresError.self) { try PostgresPrograms.at("/nowhere") }
        #expect(error?.code == .programsMissing)
    }
}
