import BackOps

/// Repeatable chance: the same seed and the same names give the same numbers.
struct Dice: RandomNumberGenerator {
    private var generator: JitterGenerator

    /// Makes dice for one purpose.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - names: What the numbers are for: each combination has its own.
    init(seed: UInt64, _ names: Int64...) {
        generator = JitterGenerator(seed: seed)
        for name in names { generator = JitterGenerator(seed: next() ^ UInt64(bitPattern: name)) }
    }

    mutating func next() -> UInt64 { generator.next() }

    /// True with a probability, 0 to 1.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// A duration between two.
    mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double.random(in: 0...1, using: &self)
    }
}
