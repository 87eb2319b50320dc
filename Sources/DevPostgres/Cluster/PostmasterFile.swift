#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a running server says about itself in `postmaster.pid`.
///
/// See <https://www.postgresql.org/docs/current/storage-file-layout.html>. The server writes the file line by
/// line while it starts, so all but the first may be missing.
struct PostmasterFile: Sendable, Equatable {
    let processID: Int32
    let startTime: String
    let port: Int?
    let socketDirectory: String?
    let listenAddress: String
    let status: String

    /// Whether the server has finished starting and is not yet stopping.
    var saysReady: Bool { status == "ready" }

    var socketPath: String? {
        guard let socketDirectory, let port, !socketDirectory.isEmpty else { return nil }
        return "\(socketDirectory)/.s.PGSQL.\(port)"
    }

    /// Reads the file of a data directory; nil when there is none.
    init?(dataDirectory: String) {
        guard let data = FileManager.default.contents(atPath: "\(dataDirectory)/postmaster.pid") else {
            return nil
        }
        self.init(text: String(decoding: data, as: UTF8.self))
    }

    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func line(_ number: Int) -> String {
            guard lines.indices.contains(number - 1) else { return "" }
            return String(lines[number - 1].reversed().drop { $0 == " " }.reversed())
        }
        // A single-user server writes its number negated.
        guard let processID = Int32(line(1)) else { return nil }
        self.processID = abs(processID)
        startTime = line(3)
        port = Int(line(4))
        socketDirectory = line(5)
        listenAddress = line(6)
        status = line(8)
    }
}
