#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The folders of throw-away servers: `backops-pg-<process>-<random>` under the system's temporary folder.
enum TemporaryDirectory {
    private static let prefix = "backops-pg-"

    /// A path for a new folder, not yet created.
    static func newPath() -> String {
        let unique = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        return "\(base())/\(prefix)\(SystemCall.processID)-\(unique)"
    }

    /// A short folder for the socket of a server whose own folder has too long a path.
    ///
    /// Always the same one.
    static func socketPath(for directory: String) -> String {
        let name = "\(prefix)socket-" + String(StableHash.value(of: directory), radix: 36)
        let usual = "\(base())/\(name)"
        return SocketDirectory.fits(usual) ? usual : "/tmp/\(name)"
    }

    /// Removes the folders of processes that died without a chance to do it.
    ///
    /// Only where the process is gone, nobody owns the folder, and its server has ended as well.
    static func removeLeftovers() {
        let base = base()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let words = name.dropFirst(prefix.count).split(separator: "-")
            guard words.count == 2, let process = Int32(words[0]), !SystemCall.isAlive(process) else {
                continue
            }
            removeUnowned("\(base)/\(name)")
        }
    }

    private static func removeUnowned(_ path: String) {
        guard let status = SystemCall.status(of: path), status.isDirectory, isTrusted(status.owner) else {
            return
        }
        let directory = ClusterDirectory(existing: path)
        let locks = [directory.ownerLock, directory.serverLock].map { try? FileLock($0) }
        guard locks.allSatisfy({ $0?.tryLock() ?? true }) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Root removes only what its own servers' user made.
    private static func isTrusted(_ owner: UInt32) -> Bool {
        if owner == SystemCall.userID { return true }
        guard SystemCall.userID == 0, let account = try? ServerAccount(ownerOf: "") else { return false }
        return owner == account.userID
    }

    /// The system's temporary folder, or `/tmp` when only this user can reach that.
    static func base() -> String {
        let usual = ProcessInfo.processInfo.environment["TMPDIR"].flatMap(SystemCall.resolve) ?? "/tmp"
        guard let account = try? ServerAccount(ownerOf: ""), (try? account.requireAccess(to: usual)) != nil
        else {
            return "/tmp"
        }
        return usual
    }
}
