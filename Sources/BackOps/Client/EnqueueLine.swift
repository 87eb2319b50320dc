/// Decides which enqueues go out together; knows nothing of a database.
///
/// A caller that finds nobody under way goes at once, alone. Those that come while a round trip is under way wait in line, and
/// the whole line is the next round trip: the busier the line, the more of them share a commit.
package struct EnqueueLine<Waiter> {
    /// Names a round trip.
    package struct Turn: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// What goes out now.
    package struct Departure {
        package let turn: Turn
        package let waiters: [Waiter]
    }

    private struct Place {
        let id: UInt64
        let bytes: Int
        let waiter: Waiter
    }

    private let limits: EnqueueLimits
    /// The round trips that hold up the line, oldest first, and when each began.
    private var underWay: [(turn: Turn, since: ContinuousClock.Instant)] = []
    private var places: [Place] = []
    private var numbers: UInt64 = 0

    package init(_ limits: EnqueueLimits = EnqueueLimits()) {
        self.limits = limits
    }

    package var waitingCount: Int { places.count }

    /// Gives the caller the turn, if it need not wait.
    package mutating func goAtOnce(at now: ContinuousClock.Instant) -> Turn? {
        guard places.isEmpty, underWay.count < limits.roundTrips else { return nil }
        return begin(at: now)
    }

    /// Puts a caller at the end of the line.
    package mutating func wait(_ id: UInt64, bytes: Int, _ waiter: Waiter) {
        places.append(Place(id: id, bytes: bytes, waiter: waiter))
    }

    /// Takes a caller out of the line, unless it has gone.
    package mutating func leave(_ id: UInt64) -> Waiter? {
        places.firstIndex { $0.id == id }.map { places.remove(at: $0).waiter }
    }

    /// Takes everybody out of the line.
    package mutating func leaveAll() -> [Waiter] {
        defer { places = [] }
        return places.map(\.waiter)
    }

    /// Notes that a round trip has ended.
    ///
    /// - Returns: The next one, if anybody waits.
    package mutating func ended(_ turn: Turn, at now: ContinuousClock.Instant) -> Departure? {
        underWay.removeAll { $0.turn == turn }
        return depart(at: now)
    }

    /// Lets the line go on without a round trip that takes too long: it waits for somebody else's transaction, or for the network.
    package mutating func pass(at now: ContinuousClock.Instant) -> Departure? {
        guard !places.isEmpty, let oldest = underWay.first, oldest.since + limits.patience <= now else {
            return nil
        }
        underWay.removeFirst()
        return depart(at: now)
    }

    private mutating func begin(at now: ContinuousClock.Instant) -> Turn {
        numbers += 1
        let turn = Turn(number: numbers)
        underWay.append((turn, now))
        return turn
    }

    private mutating func depart(at now: ContinuousClock.Instant) -> Departure? {
        guard !places.isEmpty, underWay.count < limits.roundTrips else { return nil }
        var count = 0
        var bytes = 0
        while count < places.count, count < limits.operations, bytes < limits.bytes {
            bytes += places[count].bytes
            count += 1
        }
        let waiters = places.prefix(count).map(\.waiter)
        places.removeFirst(count)
        return Departure(turn: begin(at: now), waiters: waiters)
    }
}

extension EnqueueLine.Departure: Sendable where Waiter: Sendable {}

/// How many enqueues share a statement, and how many such statements are under way.
package struct EnqueueLimits: Sendable {
    /// The round trips under way at a time: two of half the size take the server a third more time for an operation.
    package var roundTrips = 1

    /// The operations of one statement; it costs so much less than its rows from here on that more would only wait longer.
    package var operations = 500

    /// The bytes of one statement's documents; one more document may come on top.
    package var bytes = 1 << 20

    /// How long the line waits for a round trip before it goes on beside it.
    package var patience = Duration.milliseconds(50)

    package init() {}
}
