/// Where the server puts its Unix socket.
enum SocketDirectory {
    /// Whether a socket in that folder has a path that the system accepts, even with a port of five digits.
    ///
    /// A comma is not possible either: clients take what follows for a second host.
    static func fits(_ directory: String) -> Bool {
        directory.utf8.count + "/.s.PGSQL.65535".utf8.count <= SystemCall.socketPathLimit
            && !directory.contains(",")
    }

    /// The server's own folder, or a short one under the temporary folder, created for the server's user
    /// alone.
    ///
    /// The folder's mode is what keeps other users out: the server trusts whoever reaches its socket.
    static func prepare(
        for directory: ClusterDirectory,
        account: ServerAccount
    ) throws(DevPostgresError) -> String {
        if fits(directory.path) { return directory.path }
        let path = TemporaryDirectory.socketPath(for: directory.path)
        if SystemCall.makePrivateDirectory(path), account.isOther {
            _ = SystemCall.changeOwner(of: path, user: account.userID, group: account.groupID)
        }
        guard let status = SystemCall.status(of: path), status.isDirectory, status.owner == account.userID,
            status.mode & 0o077 == 0
        else {
            throw DevPostgresError(.directoryUnusable, "\(path) does not belong to \(account.name) alone.")
        }
        return path
    }
}
