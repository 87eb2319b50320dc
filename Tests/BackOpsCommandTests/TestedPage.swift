import BackOps
import BackOpsTesting
import Foundation
import LibPQ
import Testing

/// A page of the documentation whose commands are run, and print what it shows.
///
/// `BACKOPS_RENEW_GOLDEN=1` writes what they print into the page instead.
struct TestedPage {
    private let file: URL
    private let programs: [String: String]
    private let worker: String

    /// - Parameters:
    ///   - name: The page.
    ///   - programs: The programs of this package by the names that the page gives them.
    ///   - worker: The one that works meanwhile.
    init(_ name: String, programs: [String: String], worker: String) {
        file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/\(name).md")
        self.programs = programs
        self.worker = worker
    }

    func transcript() throws -> Transcript { Transcript(try String(contentsOf: file, encoding: .utf8)) }

    /// Runs the commands one after the other beside a worker, once something holds.
    func check(_ isReady: @escaping @Sendable () async throws -> Void) async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let transcript = try transcript()
        let worker = worker
        let outputs = try await withThrowingTaskGroup(of: [[String]]?.self) { group in
            group.addTask {
                let worker = try await Shell.serve(worker, ["work", "--grace", "1s"])
                #expect(worker.code != 0 || worker.output.isEmpty)
                return nil
            }
            group.addTask {
                try await isReady()
                var outputs: [[String]] = []
                for step in transcript.steps { outputs.append(try await run(step, folder)) }
                return outputs
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            return []
        }
        guard ProcessInfo.processInfo.environment["BACKOPS_RENEW_GOLDEN"] == nil else {
            // What is right stays as it is: it may say "…" for lines that come and go.
            let renewed = zip(transcript.steps, outputs).map { step, output in
                Transcript.matches(output, step.output) ? step.output : output
            }
            return try transcript.page(with: renewed).write(to: file, atomically: true, encoding: .utf8)
        }
        for (step, output) in zip(transcript.steps, outputs) {
            let isRight = Transcript.matches(output, step.output)
            #expect(isRight, "\(step.prompt)\(step.command)\n\(output.joined(separator: "\n"))")
        }
    }

    /// The programs, under the names that the page gives them.
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backops-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, program) in programs {
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: name),
                withDestinationURL: URL(filePath: try Shell.path(of: program))
            )
        }
        return folder
    }

    private func run(_ step: Transcript.Step, _ folder: URL) async throws -> [String] {
        let path = "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        var variables: [String: String?] = TestDatabase.current.variables.mapValues { $0 }
        variables["PATH"] = path
        variables["COLUMNS"] = "132"
        // `swift run` is a function: a script that was just written cannot be run as long as another process, forked
        // meanwhile, has it open, and the shell would go on to the real `swift` in silence.
        var command = #"exec 2>&1; swift() { shift && "$@"; }; "# + step.command
        if step.prompt == "=> " {
            variables["STATEMENT"] = step.command
            variables["BACKOPS_DATABASE_URL"] = TestDatabase.current.directConninfo
            command = #"exec 2>&1; backops sql -- -X -P pager=off -P footer=off -c "$STATEMENT""#
        }
        let finished = try await Shell.run(path: "/bin/sh", ["-c", command], variables: variables)
        // As whom the test is logged in is not the same everywhere.
        let role = try await TestDatabase.current.value("select session_user::text", as: String.self)
        let name = "ann" + String(repeating: " ", count: max(0, role.count - 3))
        let output = finished.output.replacing(role + " ", with: name + " ").replacing(role, with: "ann")
        var lines = output.components(separatedBy: "\n")
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.replacing(#/ +$/#, with: "") }
    }
}
