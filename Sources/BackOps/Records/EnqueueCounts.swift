/// How many operations a stream of requests enqueued.
public struct EnqueueCounts: Sendable, Hashable, Codable {
    /// How many operations were enqueued.
    public var enqueued: Int

    /// How many had a key that an operation has already, and changed nothing.
    public var existing: Int

    /// How many requests these are: the stream goes on after so many.
    public var total: Int { enqueued + existing }

    /// Makes counts.
    ///
    /// - Parameters:
    ///   - enqueued: How many operations were enqueued.
    ///   - existing: How many existed already.
    public init(enqueued: Int = 0, existing: Int = 0) {
        self.enqueued = enqueued
        self.existing = existing
    }
}
