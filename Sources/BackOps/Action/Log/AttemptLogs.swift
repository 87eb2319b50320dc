public import Logging

/// Which lines of an attempt are stored with it, in the table `attempt_logs`; by default none.
///
/// Lines are kept in memory while the action runs, and written in the round trip that writes its outcome: a crash loses them. Of an
/// action that logs more than fits, the last lines are kept.
///
/// ```swift
/// configuration.attemptLogs = .onFailure()
/// ```
public struct AttemptLogs: Sendable {
    /// Which attempts keep their lines.
    enum Kind: Sendable {
        case off
        case onFailure
        case always
    }

    let kind: Kind

    /// Nothing less urgent than this is stored, whatever level the logger has.
    public var level: Logger.Level

    /// How many lines of an attempt are stored at most: 1 to 1,000.
    public var maxLines: Int

    /// Metadata keys whose values are not stored; upper and lower case are the same, and a key that ends in `_` and one of these
    /// counts too: `card_token`.
    public var redactedKeys: Set<String> = [
        "password", "passphrase", "secret", "token", "authorization", "cookie", "credential", "credentials",
        "api_key", "apikey", "private_key",
    ]

    /// How many bytes of an attempt are stored at most.
    static let maxBytes = 65_536

    /// How many bytes of a message, or of a value of the metadata, are stored at most.
    static let maxTextBytes = 4096

    /// Stores nothing.
    public static let off = AttemptLogs(kind: .off, level: .info, maxLines: 100)

    /// Stores the lines of attempts that failed.
    ///
    /// - Parameters:
    ///   - level: Nothing less urgent.
    ///   - maxLines: How many at most, 1 to 1,000.
    /// - Returns: The setting.
    public static func onFailure(level: Logger.Level = .debug, maxLines: Int = 100) -> AttemptLogs {
        AttemptLogs(kind: .onFailure, level: level, maxLines: maxLines)
    }

    /// Stores the lines of all attempts, in which every one of them costs the database a row.
    ///
    /// - Parameters:
    ///   - level: Nothing less urgent.
    ///   - maxLines: How many at most, 1 to 1,000.
    /// - Returns: The setting.
    public static func always(level: Logger.Level = .info, maxLines: Int = 100) -> AttemptLogs {
        AttemptLogs(kind: .always, level: level, maxLines: maxLines)
    }

    private init(kind: Kind, level: Logger.Level, maxLines: Int) {
        self.kind = kind
        self.level = level
        self.maxLines = maxLines
    }

    var isOff: Bool { if case .off = kind { true } else { false } }

    /// Whether the lines of an attempt that ended so are stored.
    func keeps(_ outcome: ActionOutcome) -> Bool {
        switch (kind, outcome) {
        case (.off, _): false
        case (.always, _), (.onFailure, .failed): true
        case (.onFailure, _): false
        }
    }

    func validate() throws(BackOpsError) {
        guard (1...1000).contains(maxLines) else {
            throw .invalidConfiguration("attemptLogs", "must keep 1 to 1,000 lines, not \(maxLines).")
        }
    }

    func redacts(_ key: String) -> Bool {
        let key = key.lowercased()
        if redactedKeys.contains(key) { return true }
        return redactedKeys.contains { key.hasSuffix("_\($0)") || key.hasSuffix("-\($0)") }
    }
}
