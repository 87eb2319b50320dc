internal import CLibPQ
internal import Dispatch

/// Holds how long an exchange with the server may still take.
struct Patience {
    /// How often a waiting session looks whether its task was cancelled.
    ///
    /// Only a request that the server overlooked (it came between two messages) waits this long to be
    /// repeated.
    static let checkInterval = Duration.milliseconds(500)
    /// How often a cancel request is repeated.
    static let repeatInterval = Duration.milliseconds(100)

    let deadline: Deadline
    let isShielded: Bool
    /// How long a server may take to answer a cancel request before the connection is given up.
    let grace: Duration
    var hasTimedOut = false
    /// When to give up the connection, once the statement is to be ended.
    var end: Deadline?

    init(_ limit: Duration?, grace: Duration, isShielded: Bool) {
        deadline = Deadline(after: limit)
        self.grace = grace
        self.isShielded = isShielded
    }

    /// When to look up from waiting.
    var nextLook: Deadline {
        if let end { return end.earlier(Deadline(after: Self.repeatInterval)) }
        return deadline.earlier(Deadline(after: Self.checkInterval))
    }
}

extension PQSession {
    /// Runs one exchange, from sending to the last result, as a unit that can be cancelled or time out.
    mutating func exchange<R: ~Copyable>(
        timeout: Duration?,
        shielded: Bool = false,
        statement: String? = nil,
        _ body: (inout PQSession, inout Patience) throws(PQError) -> R
    ) throws(PQError) -> R {
        guard isUsable else { throw PQError(.connectionLost, "The connection is closed.") }
        try cancelToken.statementBegins(shielded: shielded)
        notices.replicationIsInDoubt = false
        var patience = Patience(
            timeout ?? options.queryTimeout,
            grace: options.cancelTimeout,
            isShielded: shielded
        )
        do throws(PQError) {
            let result = try body(&self, &patience)
            endExchange()
            guard notices.replicationIsInDoubt else { return result }
        } catch {
            if error.code == .connectionLost { close() }
            endExchange()
            throw refine(statement.map { error.with(statement: $0) } ?? error, patience)
        }
        throw PQError(.unknownCommit, "The commit is not known to have reached the synchronous standby.")
    }

    /// Waits for cancel requests on their way, and gives up a connection that cannot go on.
    private mutating func endExchange() {
        let isSettled = cancelToken.statementEnds(within: options.cancelTimeout)
        if !isSettled { isGivenUp = true }
    }

    /// Says whose wish it was when the server reports a cancelled statement.
    func refine(_ error: PQError, _ patience: Patience) -> PQError {
        guard error.code == .server, error.sqlState == .queryCanceled else { return error.namingLimit() }
        if patience.hasTimedOut {
            return error.with(code: .timedOut, message: "The statement took longer than it was allowed to.")
        }
        return cancelToken.wasSent ? error.with(code: .cancelled) : error.namingLimit()
    }

    /// Gives the next result of the exchange, or nil after the last of a statement.
    mutating func nextResult(_ patience: inout Patience) throws(PQError) -> ResultStorage? {
        guard let connection = unsafe connection else { throw lost() }
        while unsafe PQisBusy(connection) == 1 {
            let unsent = unsafe PQflush(connection) == 1
            guard try awaitSocket(unsent ? .both : .read, &patience) else { continue }
            // When this fails, PQgetResult reports why.
            guard unsafe PQconsumeInput(connection) == 1 else { break }
        }
        return unsafe PQgetResult(connection).map { unsafe ResultStorage($0) }
    }

    /// Waits for the socket, or looks after time and cancellation; true if the socket is ready.
    mutating func awaitSocket(
        _ interest: SocketPoll.Interest,
        _ patience: inout Patience
    ) throws(PQError) -> Bool {
        guard let connection = unsafe connection else { throw lost() }
        let outcome = SocketPoll.wait(unsafe PQsocket(connection), interest, until: patience.nextLook)
        if outcome == .ready { return true }
        try lookUp(&patience)
        return false
    }

    /// Asks the server to end a statement whose time is up or whose task is cancelled; gives up after a while.
    private mutating func lookUp(_ patience: inout Patience) throws(PQError) {
        let isLate = patience.deadline.hasPassed
        if patience.isShielded {
            guard isLate else { return }
            throw giveUp(.timedOut)
        }
        if patience.end == nil {
            guard isLate || cancelToken.isRequested else { return }
            patience.hasTimedOut = isLate
            patience.end = Deadline(after: patience.grace)
        }
        if let end = patience.end, end.hasPassed {
            throw giveUp(patience.hasTimedOut ? .timedOut : .cancelled)
        }
        if !cancelToken.isUnderWay { cancelToken.cancelOnOwnThread() }
    }

    /// The server may take the end of the connection for the end of this process, so its owner says when.
    private mutating func giveUp(_ code: PQError.Code) -> PQError {
        isGivenUp = true
        return PQError(code, "The server did not answer in time; the connection was given up.")
    }

    /// Makes the error for a connection that turned out to be gone.
    func lost() -> PQError {
        let reason = unsafe connection.map { unsafe Handshake.errorMessage($0) } ?? ""
        let line = reason.split(separator: "\n").first.map(String.init)
        return PQError(.connectionLost, line ?? "The connection to the server was lost.")
    }

    /// Makes the error for a statement that libpq did not take.
    func unsent() -> PQError {
        guard isUsable, let connection = unsafe connection else { return lost() }
        return PQError(.misuse, unsafe Handshake.errorMessage(connection))
    }

    /// Makes the error that a failed result stands for.
    func failure(of result: ResultStorage) -> PQError {
        var fields = result.errorFields
        let isFatal = fields.severity == "FATAL" || fields.severity == "PANIC"
        if fields.sqlState == .readOnlyTransaction, isOnStandby {
            fields.message = "The server is a standby, and takes no writes: \(fields.message)"
            return PQError(.connectionLost, fields: fields, statement: nil)
        }
        guard isFatal || !isUsable else { return PQError(.server, fields: fields, statement: nil) }
        let firstLine = fields.message.split(separator: "\n").first.map(String.init)
        fields.message = firstLine ?? "The connection to the server was lost."
        return PQError(.connectionLost, fields: fields, statement: nil)
    }

    /// Whether the server is a standby, or has become one: the one that takes writes is elsewhere now.
    private var isOnStandby: Bool {
        guard let connection = unsafe connection,
            let text = unsafe PQparameterStatus(connection, "in_hot_standby")
        else { return false }
        return unsafe String(cString: text) == "on"
    }
}
