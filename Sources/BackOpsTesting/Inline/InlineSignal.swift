/// A signal that comes during `runInline`.
public struct InlineSignal: Sendable {
    let name: String
    let payload: (any Encodable & Sendable)?
    let delay: Duration

    /// Makes a signal.
    ///
    /// - Parameters:
    ///   - name: What a wait names.
    ///   - payload: What comes with it; nil is nothing.
    ///   - delay: When it comes, in virtual time after the start; one that comes before its wait is kept.
    public init(
        _ name: String,
        payload: (any Encodable & Sendable)? = nil,
        after delay: Duration = .zero
    ) {
        self.name = name
        self.payload = payload
        self.delay = delay
    }
}
