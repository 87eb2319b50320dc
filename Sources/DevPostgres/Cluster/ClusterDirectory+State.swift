#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClusterDirectory {
    /// What became of the server that last ran here.
    enum ServerState {
        /// No server runs. A file it may have left behind is no obstacle.
        case absent
        /// The server starts or stops.
        case changing
        /// The server takes connections.
        case ready(PostmasterFile)
    }

    /// Looks at the server's file, socket and process, without starting anything.
    func serverState() -> ServerState {
        guard let file = PostmasterFile(dataDirectory: data) else { return .absent }
        if let socket = file.socketPath, SystemCall.canConnect(toSocket: socket) {
            return file.saysReady ? .ready(file) : .changing
        }
        return isServer(file.processID) ? .changing : .absent
    }

    /// Removes the file of a dead server whose process number meanwhile belongs to another program.
    ///
    /// PostgreSQL handles every other leftover by itself, but would refuse to start for this one; in
    /// containers, which count their processes from 1, it is common. The file is kept whenever the number
    /// is free, because the server also finds in it the shared memory of a crashed one's survivors.
    func removeMisleadingServerFile() {
        guard let file = PostmasterFile(dataDirectory: data) else { return }
        guard SystemCall.isAlive(file.processID), !isServer(file.processID) else { return }
        try? FileManager.default.removeItem(atPath: "\(data)/postmaster.pid")
        if let socket = file.socketPath { try? FileManager.default.removeItem(atPath: "\(socket).lock") }
    }

    /// Whether a process is the server of this directory: a server works in its data directory.
    ///
    /// Where the system does not tell, any process of that number is taken for it.
    private func isServer(_ process: Int32) -> Bool {
        guard SystemCall.isAlive(process) else { return false }
        #if os(Linux)
        return SystemCall.workingDirectory(of: process) == data
        #else
        return true
        #endif
    }
}
