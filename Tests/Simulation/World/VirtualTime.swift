import BackOps

/// A point in virtual time, in microseconds since the simulation began.
typealias Moment = Int

extension Int {
    static func ms(_ milliseconds: Int) -> Int { milliseconds * 1_000 }
    static func s(_ seconds: Int) -> Int { seconds * 1_000_000 }
    static func min(_ minutes: Int) -> Int { minutes * 60_000_000 }

    /// The moment as a worker's clock shows it.
    var instant: Instant { Instant.origin + .microseconds(self) }

    /// As `1:02:03.456789`.
    var clockText: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
        }
        let seconds = self / 1_000_000
        return
            "\(seconds / 3600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(self % 1_000_000, 6))"
    }
}

extension Instant {
    /// What virtual time is counted from; only distances to it matter.
    static let origin = Instant.now

    var moment: Moment { (self - Self.origin).inMicroseconds }
}

extension Duration {
    var inMicroseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}
