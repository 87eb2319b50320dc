internal import CLibPQ

/// A message that some session sent with NOTIFY.
public struct PQNotification: Sendable, Hashable {
    /// The name of the channel.
    public let channel: String
    /// What was sent along, at most 8000 bytes.
    public let payload: String
    /// The process id of the sender's server process.
    public let senderPID: Int32
}

extension PQSession {
    /// Listens on a channel from now on; a channel listened to already stays so.
    ///
    /// - Parameter channel: Its name, as it is: quoted, so upper and lower case differ.
    /// - Throws: ``PQError``, as ``query(_:timeout:)`` does.
    public mutating func listen(_ channel: String) throws(PQError) {
        try script("listen \(SQLIdentifier.quote(channel))")
    }

    /// Stops listening on a channel.
    ///
    /// - Parameter channel: Its name, as it is.
    /// - Throws: ``PQError``, as ``query(_:timeout:)`` does.
    public mutating func unlisten(_ channel: String) throws(PQError) {
        try script("unlisten \(SQLIdentifier.quote(channel))")
    }

    /// Waits for notifications on the channels listened to.
    ///
    /// Returns at once with those that came in during earlier calls. Inside a transaction the server sends none.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait.
    ///   - wakeUp: Ends the wait from another thread.
    /// - Returns: What came in, in order; empty if time ran out or somebody woke it up.
    /// - Throws: ``PQError`` with ``PQError/Code/connectionLost``.
    public mutating func waitForNotifications(
        timeout: Duration,
        wakeUp: PQWakeUp? = nil
    ) throws(PQError) -> [PQNotification] {
        let deadline = Deadline(after: timeout)
        while true {
            guard isUsable, let connection = unsafe connection else {
                throw PQError(.connectionLost, "The connection is closed.")
            }
            let received = takeNotifications()
            guard received.isEmpty else { return received }
            let outcome = SocketPoll.wait(
                unsafe PQsocket(connection),
                .read,
                interrupt: wakeUp,
                until: deadline
            )
            guard outcome == .ready else { return [] }
            try readInput()
        }
    }

    /// Looks, without a round trip, whether the server has closed the connection.
    ///
    /// What it has sent unasked is nearly always its last word, so the end that follows is waited for, a moment.
    mutating func noticeClosing() -> Bool {
        var patience = Duration.zero
        while isUsable, let connection = unsafe connection {
            let socket = unsafe PQsocket(connection)
            guard SocketPoll.wait(socket, .read, until: Deadline(after: patience)) == .ready else {
                return true
            }
            patience = .milliseconds(10)
            do throws(PQError) { try readInput() } catch { return false }
        }
        return false
    }

    /// Reads what the server sent unasked: notifications, notices, or its last word.
    private mutating func readInput() throws(PQError) {
        guard let connection = unsafe connection else { throw lost() }
        let isAlive = unsafe PQconsumeInput(connection) == 1
        // While idle, libpq reports a last word such as "terminating connection" only to those who ask for a result.
        if !isAlive {
            let error = lost()
            close()
            throw error
        }
    }

    private func takeNotifications() -> [PQNotification] {
        var found: [PQNotification] = []
        while let raw = unsafe PQnotifies(connection) {
            defer { unsafe PQfreemem(raw) }
            let notification = unsafe PQNotification(
                channel: String(cString: raw.pointee.relname),
                payload: raw.pointee.extra.map { unsafe String(cString: $0) } ?? "",
                senderPID: raw.pointee.be_pid
            )
            found.append(notification)
        }
        return found
    }
}
