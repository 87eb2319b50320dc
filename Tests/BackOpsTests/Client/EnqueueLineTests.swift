import BackOps
import Testing

@Suite struct `The line of enqueues` {
    private static let start = ContinuousClock.now

    private func limits(_ change: (inout EnqueueLimits) -> Void = { _ in }) -> EnqueueLimits {
        var limits = EnqueueLimits()
        limits.patience = .seconds(1)
        change(&limits)
        return limits
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    /// A line with a round trip under way since the start, and callers 1 to `count` in it.
    private func line(
        _ count: UInt64,
        bytes: Int = 1,
        _ limits: EnqueueLimits
    ) throws -> (line: Line, turn: EnqueueLine<UInt64>.Turn) {
        let line = Line(limits)
        let turn = try #require(line.goAtOnce(at: at(0)))
        for id in 0..<count { line.wait(id + 1, bytes: bytes) }
        return (line, turn)
    }

    @Test func `lets a caller go at once when nobody is under way, and again when that one is back`() throws {
        let (line, turn) = try self.line(0, limits())
        #expect(line.goAtOnce(at: at(0)) == nil)
        #expect(line.ended(turn, at: at(0)) == nil)
        #expect(line.goAtOnce(at: at(0)) != nil)
    }

    @Test func `lets all go together that came while one was under way, in their order`() throws {
        let (line, turn) = try self.line(5, limits())
        let departure = try #require(line.ended(turn, at: at(0)))
        #expect(departure.waiters == [1, 2, 3, 4, 5])
        #expect(line.goAtOnce(at: at(0)) == nil)
        #expect(line.ended(departure.turn, at: at(0)) == nil)
    }

    @Test func `forgets a caller that has left, and finds none that has gone`() throws {
        let (line, turn) = try self.line(3, limits())
        #expect(line.leave(2) == 2)
        #expect(line.leave(2) == nil)
        #expect(line.ended(turn, at: at(0))?.waiters == [1, 3])
        #expect(line.leave(1) == nil)
    }

    @Test func `bounds what goes together by number`() throws {
        let (line, turn) = try self.line(5, limits { $0.operations = 2 })
        var gone: [[UInt64]] = []
        var next = line.ended(turn, at: at(0))
        while let departure = next {
            gone.append(departure.waiters)
            next = line.ended(departure.turn, at: at(0))
        }
        #expect(gone == [[1, 2], [3, 4], [5]])
    }

    @Test func `bounds what goes together by size`() throws {
        let (line, turn) = try self.line(5, bytes: 60, limits { $0.bytes = 100 })
        #expect(line.ended(turn, at: at(0))?.waiters == [1, 2])
    }

    @Test func `goes on beside a round trip that takes too long, and not before`() throws {
        let (line, turn) = try self.line(2, limits())
        #expect(line.pass(at: at(0.9)) == nil)
        let departure = try #require(line.pass(at: at(1)))
        #expect(departure.waiters == [1, 2])
        // The new one is what the line waits for now, and the end of the old one changes nothing.
        line.wait(3, bytes: 1)
        #expect(line.ended(turn, at: at(1.1)) == nil)
        #expect(line.pass(at: at(1.5)) == nil)
        #expect(line.ended(departure.turn, at: at(1.6))?.waiters == [3])
    }

    @Test func `has as many round trips under way as it may`() throws {
        let (line, _) = try self.line(0, limits { $0.roundTrips = 2 })
        let second = try #require(line.goAtOnce(at: at(0)))
        #expect(line.goAtOnce(at: at(0)) == nil)
        line.wait(1, bytes: 1)
        #expect(line.ended(second, at: at(0))?.waiters == [1])
        #expect(line.goAtOnce(at: at(0)) == nil)
    }
}

/// A line as an object, because the macros of tests call nothing that mutates a value.
private final class Line {
    private var line: EnqueueLine<UInt64>

    init(_ limits: EnqueueLimits) { line = EnqueueLine(limits) }

    func goAtOnce(at now: ContinuousClock.Instant) -> EnqueueLine<UInt64>.Turn? { line.goAtOnce(at: now) }

    func wait(_ id: UInt64, bytes: Int) { line.wait(id, bytes: bytes, id) }

    func leave(_ id: UInt64) -> UInt64? { line.leave(id) }

    func ended(
        _ turn: EnqueueLine<UInt64>.Turn,
        at now: ContinuousClock.Instant
    ) -> EnqueueLine<UInt64>.Departure? {
        line.ended(turn, at: now)
    }

    func pass(at now: ContinuousClock.Instant) -> EnqueueLine<UInt64>.Departure? { line.pass(at: now) }
}
