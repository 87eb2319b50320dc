/// The moment when a wait ends, or none.
struct Deadline: Sendable {
    static let none = Deadline(instant: nil)

    private let instant: ContinuousClock.Instant?

    private init(instant: ContinuousClock.Instant?) {
        self.instant = instant
    }

    init(after limit: Duration?) {
        instant = limit.map { ContinuousClock.now.advanced(by: $0) }
    }

    var hasPassed: Bool {
        guard let instant else { return false }
        return instant <= ContinuousClock.now
    }

    func earlier(_ other: Deadline) -> Deadline {
        guard let mine = instant else { return other }
        guard let theirs = other.instant else { return self }
        return mine < theirs ? self : other
    }

    /// The time left as poll(2) takes it: rounded up, so that it never wakes just before the moment; -1 is for ever.
    var pollMilliseconds: Int32 {
        guard let instant else { return -1 }
        let left = ContinuousClock.now.duration(to: instant)
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
