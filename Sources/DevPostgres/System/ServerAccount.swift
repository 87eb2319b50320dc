#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The user the server runs as: PostgreSQL refuses to run as root.
struct ServerAccount: Sendable {
    let name: String
    let userID: UInt32
    let groupID: UInt32

    /// Whether the server runs as somebody else than this process.
    var isOther: Bool { userID != SystemCall.userID }

    /// Chooses the user: this process's own, or, for root, who owns the cluster already, `postgres` or
    /// `nobody`.
    init(ownerOf cluster: String) throws(DevPostgresError) {
        if SystemCall.userID != 0 {
            let account = SystemCall.account(of: SystemCall.userID)
            self.init(account?.name ?? "user \(SystemCall.userID)", SystemCall.userID, SystemCall.groupID)
        } else if let owner = SystemCall.status(of: cluster), owner.owner != 0 {
            let account = SystemCall.account(of: owner.owner)
            self.init(account?.name ?? "user \(owner.owner)", owner.owner, owner.group)
        } else if let account = SystemCall.account(named: "postgres") ?? SystemCall.account(named: "nobody") {
            self.init(account.name, account.userID, account.groupID)
        } else {
            throw DevPostgresError(
                .directoryUnusable,
                "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as."
            )
        }
    }

    /// Refuses to go on without the program that changes the user.
    func requireChangeOfUser() throws(DevPostgresError) {
        guard isOther, !FileManager.default.isExecutableFile(atPath: Self.setpriv) else { return }
        throw DevPostgresError(
            .programsMissing,
            """
            PostgreSQL refuses to run as root, and \(Self.setpriv), which would run it as the user \(name), is missing. \
            Install it with `apt-get install util-linux`, or start as an ordinary user.
            """
        )
    }

    private init(_ name: String, _ userID: UInt32, _ groupID: UInt32) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
    }

    /// The program that runs another one as another user, and becomes it: util-linux, present on every Debian.
    private static let setpriv = "/usr/bin/setpriv"

    /// Gives the command that runs a command as this user.
    ///
    /// The user is changed by a program of its own and not between fork and exec, as swift-subprocess would: there,
    /// setgroups(2) of glibc waits for the threads of the parent, and a thread that was just being born when the process
    /// forked never answers.
    func command(_ command: [String]) -> [String] {
        guard isOther else { return command }
        return [Self.setpriv, "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"] + command
    }

    /// Refuses a path that the server's user cannot get to, which the server would only report as
    /// "permission denied".
    func requireAccess(to path: String) throws(DevPostgresError) {
        guard isOther, let closed = firstClosedAncestor(of: path) else { return }
        throw DevPostgresError(
            .directoryUnusable,
            """
            \(path) cannot be used: \(closed) is closed to the user \(name), as whom PostgreSQL runs because \
            it refuses to run as root. Choose a place outside of it, such as one under /var/lib or /tmp.
            """
        )
    }

    private func firstClosedAncestor(of path: String) -> String? {
        var ancestor = ""
        for component in path.split(separator: "/") {
            ancestor += "/" + component
            guard let resolved = SystemCall.resolve(ancestor), let status = SystemCall.status(of: resolved)
            else {
                return nil
            }
            let shift: UInt32 = status.owner == userID ? 6 : status.group == groupID ? 3 : 0
            if status.mode >> shift & 1 == 0 { return ancestor }
        }
        return nil
    }
}
