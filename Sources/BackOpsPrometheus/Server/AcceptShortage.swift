/// The time in which the process has no descriptor left for another client.
///
/// The listener stays readable then, so that polling it would return at once, again and again.
struct AcceptShortage {
    /// How long the listener is not looked at, unless a connection is closed before.
    static let pause: Duration = .milliseconds(100)

    /// When the listener is looked at again; nil while it is.
    private(set) var resumesAt: ContinuousClock.Instant?
    private var isLogged = false

    /// Begins a pause after a failure.
    ///
    /// - Returns: Whether it is the first failure since a client was accepted.
    mutating func begin(at now: ContinuousClock.Instant) -> Bool {
        resumesAt = now + Self.pause
        defer { isLogged = true }
        return !isLogged
    }

    mutating func advance(to now: ContinuousClock.Instant, hasRoom: Bool) {
        if let end = resumesAt, hasRoom || end <= now { resumesAt = nil }
    }

    /// A client was accepted.
    mutating func end() { isLogged = false }
}
