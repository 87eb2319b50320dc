/// What a running action last reported of its progress, by ``ActionContext/progress(_:_:)``.
public struct ActionProgress: Sendable, Hashable, Codable {
    /// The part that is done, 0 to 1.
    public let fraction: Double

    /// What is being done, in the action's words.
    public let note: String?

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - fraction: The part that is done, 0 to 1.
    ///   - note: What is being done.
    public init(fraction: Double, note: String? = nil) {
        self.fraction = fraction
        self.note = note
    }
}
