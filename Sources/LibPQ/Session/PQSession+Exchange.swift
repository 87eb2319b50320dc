internal import CLibPQ
internal import Dispatch

/// How long an exchange with the server may still take.
struct ExchangeLimit {
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
        _ body: (inout PQSession, inout ExchangeLimit) throws(PQError) -> R
    ) throws(PQError) -> R {
        guard isUsable else { throw PQError(.connectionLost, "The connection is closed.") }
        try cancelToken.statementBegins(shielded: shielded)
        notices.replicationIsInDoubt = false
        var timeLimit = ExchangeLimit(
            timeout ?? options.queryTimeout,
            grace: options.cancelTimeout,
            isShielded: shielded
        )
        do throws(PQError) {
            let result = try body(&self, &timeLimit)
            endExchange()
            guard notices.replicationIsInDoubt else { return result }
        } catch {
            if error.code == .connectionLost { close() }
            endExchange()
            throw refine(statement.map { error.with(statement: $0) } ?? error, timeLimit)
        }
        throw PQError(.unknownCommit, "The commit is not known to have reached the synchronous standby.")
    }

    /// Waits for cancel requests on their way, and gives up a connection that cannot go on.
    private mutating func endExchange() {
        let isSettled = cancelToken.statementEnds(within: options.cancelTimeout)
        if !isSettled { isGivenUp = true }
    }

    /// Adds whose wish it was when the server reports a cancelled statement.
    func refine(_ error: PQError, _ timeLimit: ExchangeLimit) -> PQError {
        guard error.code == .server, error.sqlState == .queryCanceled else { return error.namingLimit() }
        if timeLimit.hasTimedOut {
            return error.with(code: .timedOut, message: "The statement took longer than it was allowed to.")
        }
        return cancelToken.wasSent ? error.with(code: .cancelled) : error.namingLimit()
    }

    /// Returns the next result of the exchange, or nil after the last of a statement.
    mutating func nextResult(_ timeLimit: inout ExchangeLimit) throws(PQError) -> ResultStorage? {
        guard let connection = unsafe connection else { throw lost() }
        while unsafe PQisBusy(connection) == 1 {
            let unsent = unsafe PQflush(connection) == 1
            guard try awaitSocket(unsent ? .both : .read, &timeLimit) else { continue }
            // When this fails, PQgetResult reports why.
            guard unsafe PQconsumeInput(connection) == 1 else { break }
        }
        return unsafe PQgetResult(connection).map { unsafe ResultStorage($0) }
    }

    /// Waits for the socket, or looks after time and cancellation; true if the socket is ready.
    mutating func awaitSocket(
        _ interest: SocketPoll.Interest,
        _ timeLimit: inout ExchangeLimit
    ) throws(PQError) -> Bool {
        guard let connection = unsafe connection else { throw lost() }
        let outcome = SocketPoll.wait(unsafe PQsocket(connection), interest, until: timeLimit.nextLook)
        if outcome == .ready { return true }
        try lookUp(&timeLimit)
        return false
    }

    /// Asks the server to end a statement whose time is up or whose task is cancelled; gives up after a while.
    private mutating func lookUp(_ timeLimit: inout ExchangeLimit) throws(PQError) {
        let isLate = timeLimit.deadline.hasPassed
        if timeLimit.isShielded {
            guard isLate else { return }
            throw giveUp(.timedOut)
        }
        if timeLimit.end == nil {
            guard isLate || cancelToken.isRequested else { return }
            timeLimit.hasTimedOut = isLate
            timeLimit.end = Deadline(after: timeLimit.grace)
        }
        if let end = timeLimit.end, end.hasPassed {
            throw giveUp(timeLimit.hasTimedOut ? .timedOut : .cancelled)
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
        if let word = notices.lastWord { return PQError(.connectionLost, fields: word, statement: nil) }
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
        if fields.sqlState == .readOnlyTransaction, isOnStandby {
            fields.message = "The server is a standby, and takes no writes: \(fields.message)"
            return PQError(.connectionLost, fields: fields, statement: nil)
        }
        guard fields.endsConnection || !isUsable else {
            return PQError(.server, fields: fields, statement: nil)
        }
        if !fields.endsConnection { fields = notices.lastWord ?? fields }
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
