/// Lets an operation wait until somebody sends it a signal, without a worker.
///
/// ```swift
/// var branches: [Branch] {
///     AskManager()
///     WaitFor("approved", "rejected", timeout: .seconds(172_800), onTimeout: .branch("escalate"), as: .decision)
///     PayOut()
///
///     Branch("escalate") { AskDirector() }
/// }
///
/// extension GlobalKey<ReceivedSignal> { static let decision = Self("decision") }
/// ```
///
/// Signals are sent with ``BackOpsClient/signal(_:_:payload:dedupKey:)``, the SQL function `signal`, or the command `signal`. One that
/// comes before its wait is kept; the one that came first is read first. Of a signal and the end of the time exactly one wins.
public struct WaitFor: Plannable {
    /// The step under its name.
    public let planned: PlannedAction

    /// Waits for any one of some signals.
    ///
    /// The step's name is "Wait for" and the names of the signals; ``Plannable/named(_:)`` gives it another.
    ///
    /// - Parameters:
    ///   - names: The signals: 1 to 20 names of 1 to 200 characters, without "/" and control characters.
    ///   - timeout: How long to wait at most, from when the operation reaches the step; nil is as long as it takes.
    ///   - onTimeout: What happens when the time is over.
    ///   - key: The global that tells which signal came, and what came with it; nil keeps that in `signal_status` alone.
    public init(
        _ names: String...,
        timeout: Duration? = nil,
        onTimeout: OnTimeout = .fail,
        as key: GlobalKey<ReceivedSignal>? = nil
    ) {
        planned = PlannedAction(
            name: "Wait for \(names.joined(separator: " or "))",
            wait: .signals(names, timeout: timeout, onTimeout: onTimeout, as: key?.name)
        )
    }
}

/// What happens when no signal has come, or nobody has decided, in time; and what a rejection does.
public enum OnTimeout: Sendable, Hashable {
    /// The operation fails at the step; a retry waits anew.
    case fail
    /// The operation goes on with the next step.
    case goOn
    /// The operation jumps to a branch.
    case branch(BranchName)
}

/// What a ``WaitFor`` puts into the globals.
public struct ReceivedSignal: Sendable, Hashable, Codable {
    /// The signal that ended the wait; nil when the time was over.
    public var name: String?
    /// What came with it; nil when nothing did.
    public var payload: JSONValue?
    /// The database role that sent it.
    public var sentBy: String?
    /// When it was sent, by the database's clock, in ISO 8601 and UTC.
    public var sentAt: String?

    /// Makes what a wait would put into the globals: without arguments that of a wait whose time was over.
    ///
    /// - Parameters:
    ///   - name: The signal.
    ///   - payload: What came with it.
    ///   - sentBy: Who sent it.
    ///   - sentAt: When, in ISO 8601.
    public init(
        name: String? = nil,
        payload: JSONValue? = nil,
        sentBy: String? = nil,
        sentAt: String? = nil
    ) {
        self.name = name
        self.payload = payload
        self.sentBy = sentBy
        self.sentAt = sentAt
    }

    /// Whether the time was over before a signal came.
    public var hasTimedOut: Bool { name == nil }

    /// Reads what came with the signal.
    ///
    /// - Parameter type: What it is to be.
    /// - Returns: The value; nil when nothing came with it.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/globalTypeMismatch``.
    public func payload<Value: Decodable>(as type: Value.Type) throws -> Value? {
        guard let payload, !payload.isNull else { return nil }
        do {
            return try payload.decoded(as: type)
        } catch {
            throw BackOpsError.undecodable("payload", error, as: type, found: payload)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, payload
        case sentBy = "sent_by"
        case sentAt = "sent_at"
        case timedOut = "timed_out"
    }

    /// Decodes what a wait has put into the globals.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        payload = try container.decodeIfPresent(JSONValue.self, forKey: .payload)
        sentBy = try container.decodeIfPresent(String.self, forKey: .sentBy)
        sentAt = try container.decodeIfPresent(String.self, forKey: .sentAt)
    }

    /// Encodes it as a wait puts it into the globals.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        guard let name else { return try container.encode(true, forKey: .timedOut) }
        try container.encode(name, forKey: .name)
        try container.encode(payload ?? .null, forKey: .payload)
        try container.encodeIfPresent(sentBy, forKey: .sentBy)
        try container.encodeIfPresent(sentAt, forKey: .sentAt)
    }
}
