internal import CLibPQ

/// A message that the server sent beside a statement's result, such as a WARNING.
public struct PQNotice: Sendable {
    let fields: PQErrorFields

    /// The severity in English: `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`.
    public var severity: String? { fields.severity }
    /// The state.
    public var sqlState: SQLState? { fields.sqlState }
    /// The message.
    public var message: String { fields.message }
    /// The detail.
    public var detail: String? { fields.detail }
    /// The server's advice.
    public var hint: String? { fields.hint }
}

/// Receives a connection's notices, on the thread that uses the connection.
final class NoticeReceiver {
    var handler: ((PQNotice) -> Void)?
    /// Whether the server has said that a commit is not known to be replicated.
    var replicationIsInDoubt = false
    /// Why the server ended the connection, where libpq was idle when it read that: it passes on such an error as a notice.
    private(set) var lastWord: PQErrorFields?

    /// Makes libpq report to this object, which must outlive the connection.
    @unsafe func attach(to connection: OpaquePointer) {
        unsafe PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context = unsafe context, let result = unsafe result else { return }
                unsafe Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue().receive(result)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    @unsafe private func receive(_ result: OpaquePointer) {
        let fields = unsafe ErrorFields.read(result)
        // The wait for a synchronous standby was given up: committed here, perhaps not there. The server says so
        // in a WARNING only, in its language; the function's name is not translated.
        if fields.function == "SyncRepWaitForLSN" { replicationIsInDoubt = true }
        if fields.endsConnection { lastWord = fields }
        handler?(PQNotice(fields: fields))
    }
}
