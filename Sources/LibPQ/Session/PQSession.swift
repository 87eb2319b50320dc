internal import CLibPQ
internal import Dispatch

/// One connection to PostgreSQL, used synchronously: every call blocks its thread until it is done.
///
/// It is what ``PQConnection`` runs on a thread of its own, and what a plain thread can use by itself. Not for
/// Swift's cooperative threads. It cannot be copied; where it goes out of scope the connection is closed.
///
/// Every wait ends: by its timeout, by cancellation, or because the peer is gone. When ``isUsable`` has become
/// false the session stays so; make another one. The server hears of that when the session is closed or goes out of scope.
///
/// ## Topics
/// - ``connect(_:)``
/// - ``query(_:timeout:)``
/// - ``pipeline(_:separately:timeout:)``
/// - ``transaction(isolation:readOnly:_:)``
/// - ``copyIn(_:chunks:timeout:)``
/// - ``waitForNotifications(timeout:wakeUp:)``
@safe public struct PQSession: ~Copyable {
    var connection: OpaquePointer?
    let options: PQOptions
    let notices: NoticeReceiver
    var statements: StatementCache
    var savepoints = 0

    /// Whether an answer was waited for in vain: nothing more can be asked, though the connection may be up.
    var isGivenUp = false

    /// Cancels the running statement from another thread.
    public let cancelToken: PQCancelToken
    /// The server's version as libpq writes it: 150018 for 15.18; 0 for a session that was never connected.
    public let serverVersion: Int
    /// The process id of the server process, as in `pg_stat_activity`.
    public let backendPID: Int32

    /// Makes a session that is closed from the start.
    init(closed options: PQOptions) {
        unsafe connection = nil
        self.options = options
        notices = NoticeReceiver()
        statements = StatementCache(limit: 1)
        cancelToken = PQCancelToken(nil)
        serverVersion = 0
        backendPID = 0
    }

    /// Takes over a connection that is up.
    @unsafe init(_ connection: OpaquePointer, _ options: PQOptions) {
        unsafe self.connection = unsafe connection
        self.options = options
        notices = NoticeReceiver()
        statements = StatementCache(limit: options.preparedStatementLimit)
        cancelToken = PQCancelToken(unsafe CancelHandle(connection))
        serverVersion = Int(unsafe PQserverVersion(connection))
        backendPID = unsafe PQbackendPID(connection)
        unsafe notices.attach(to: connection)
        // So that no send blocks without a look at the clock.
        unsafe PQsetnonblocking(connection, 1)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    /// Closes the connection at once; the server rolls back an open transaction.
    public mutating func close() {
        unsafe PQfinish(connection)
        unsafe connection = nil
    }

    /// Whether the connection is up, as far as this side has noticed.
    public var isUsable: Bool {
        guard !isGivenUp, let connection = unsafe connection else { return false }
        return unsafe PQstatus(connection) == CONNECTION_OK
    }

    /// Where the connection stands between BEGIN and COMMIT, as the server said last.
    public var transactionStatus: PQTransactionStatus {
        guard let connection = unsafe connection else { return .unknown }
        return PQTransactionStatus(unsafe PQtransactionStatus(connection))
    }

    /// Passes the server's notices to a closure, which runs on the session's thread during its calls.
    ///
    /// - Parameter handler: What to do with a notice; nil, the default, drops them.
    public mutating func onNotice(_ handler: ((PQNotice) -> Void)?) {
        notices.handler = handler
    }
}

/// Where a connection stands between BEGIN and COMMIT.
public enum PQTransactionStatus: Sendable, Hashable {
    /// Outside a transaction block.
    case idle
    /// Running a statement.
    case active
    /// Inside a transaction block.
    case inTransaction
    /// Inside a transaction block that an error has ended: only ROLLBACK is possible.
    case inFailedTransaction
    /// Has no connection.
    case unknown

    init(_ status: PGTransactionStatusType) {
        switch status {
        case PQTRANS_IDLE: self = .idle
        case PQTRANS_ACTIVE: self = .active
        case PQTRANS_INTRANS: self = .inTransaction
        case PQTRANS_INERROR: self = .inFailedTransaction
        default: self = .unknown
        }
    }
}
