/// What an ``Approval`` puts into the globals.
public struct Decision: Sendable, Hashable, Codable {
    /// What somebody decides.
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        /// It may be done.
        case approved
        /// It may not.
        case rejected
    }

    /// What was decided; nil when nobody did in time.
    public var verdict: Verdict?
    /// Who decided, in the words of whoever called.
    public var by: String?
    /// Why.
    public var reason: String?
    /// When, by the database's clock, in ISO 8601 and UTC.
    public var at: String?

    /// Makes what an approval would put into the globals: without arguments that of one that nobody has decided in time.
    ///
    /// - Parameters:
    ///   - verdict: What was decided.
    ///   - by: Who decided.
    ///   - reason: Why.
    ///   - at: When, in ISO 8601.
    public init(_ verdict: Verdict? = nil, by: String? = nil, reason: String? = nil, at: String? = nil) {
        self.verdict = verdict
        self.by = by
        self.reason = reason
        self.at = at
    }

    /// Whether somebody has approved.
    public var isApproved: Bool { verdict == .approved }

    /// Whether the time was over before anybody decided.
    public var hasTimedOut: Bool { verdict == nil }

    private enum CodingKeys: String, CodingKey {
        case verdict = "decision"
        case by, reason, at
        case timedOut = "timed_out"
    }

    /// Decodes what an approval has put into the globals.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        verdict = try container.decodeIfPresent(Verdict.self, forKey: .verdict)
        by = try container.decodeIfPresent(String.self, forKey: .by)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        at = try container.decodeIfPresent(String.self, forKey: .at)
    }

    /// Encodes it as an approval puts it into the globals.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        guard let verdict else { return try container.encode(true, forKey: .timedOut) }
        try container.encode(verdict, forKey: .verdict)
        try container.encodeIfPresent(by, forKey: .by)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encodeIfPresent(at, forKey: .at)
    }
}
