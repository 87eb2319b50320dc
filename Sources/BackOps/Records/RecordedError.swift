/// An error as it was written down.
public struct RecordedError: Sendable, Hashable, Codable {
    /// The error's type without its module, with the case of an enum: `SMTPError.timeout`.
    public let type: String

    /// The error in words, at most 8 kB.
    public let message: String

    /// Describes an error.
    ///
    /// - Parameters:
    ///   - type: The error's type.
    ///   - message: The error in words.
    public init(type: String, message: String) {
        self.type = type
        self.message = message
    }
}
