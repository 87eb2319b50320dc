#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The folder of one private server: its data, log, socket and the lock of the process that owns it.
struct ClusterDirectory: Sendable {
    /// Absolute, without links.
    let path: String

    var data: String { "\(path)/data" }
    var log: String { "\(path)/server.log" }

    /// Locked by the process that started the server and stops it.
    var ownerLock: String { "\(path)/owner.lock" }

    /// Locked by the server's processes and their supervisor: while it is free, none of them lives.
    ///
    /// They outlive their owner for a moment when it is killed, and each other when one of them is.
    var serverLock: String { "\(path)/server.lock" }

    /// The major version that made the data, or nil when there is none yet.
    var majorVersion: Int? {
        guard let text = FileManager.default.contents(atPath: "\(data)/PG_VERSION") else { return nil }
        return Int(String(decoding: text, as: UTF8.self).prefix(while: \.isNumber))
    }

    /// Creates the folder, or takes over one that is empty or was ours before.
    ///
    /// - Throws: `directoryUnusable` when it holds something else, belongs to another user, or is out of the
    ///   reach of the server's user.
    init(preparing path: String) throws(DevPostgresError) {
        let exists = SystemCall.status(of: path) != nil
        if exists {
            try Self.requireOurs(path)
        } else {
            try Self.create(path)
        }
        guard let resolved = SystemCall.resolve(path) else {
            throw DevPostgresError(.directoryUnusable, "\(path): \(SystemCall.lastError).")
        }
        self.path = resolved
        let account = try account()
        try Self.handOver(resolved, to: account)
        try account.requireAccess(to: resolved)
    }

    /// Names a folder that exists, to look at it.
    init(existing path: String) { self.path = path }

    /// The user the server runs as: the data's owner, once there is data.
    func account() throws(DevPostgresError) -> ServerAccount { try ServerAccount(ownerOf: data) }

    private static func create(_ path: String) throws(DevPostgresError) {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        try? FileManager.default.createDirectory(atPath: "/\(parent)", withIntermediateDirectories: true)
        // Another process may have been faster.
        guard SystemCall.makePrivateDirectory(path) || SystemCall.status(of: path) != nil else {
            throw DevPostgresError(.directoryUnusable, "\(path) cannot be created: \(SystemCall.lastError).")
        }
    }

    private static func requireOurs(_ path: String) throws(DevPostgresError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw DevPostgresError(.directoryUnusable, "\(path) is not a directory that can be read.")
        }
        guard names.isEmpty || names.contains("owner.lock") else {
            throw DevPostgresError(
                .directoryUnusable,
                "\(path) is neither empty nor a directory of a private PostgreSQL; choose another."
            )
        }
    }

    private static func handOver(_ path: String, to account: ServerAccount) throws(DevPostgresError) {
        guard let status = SystemCall.status(of: path), status.owner != account.userID else { return }
        guard SystemCall.changeOwner(of: path, user: account.userID, group: account.groupID) else {
            throw DevPostgresError(
                .directoryUnusable,
                "\(path) belongs to another user (number \(status.owner)), not to \(account.name)."
            )
        }
    }
}
