/// Repeatable chance (SplitMix64): the same seed and the same names give the same numbers.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    /// Makes dice for one purpose.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - names: What the numbers are for: each combination has its own.
    init(seed: UInt64, _ names: Int64...) {
        state = seed
        for name in names { state = next() ^ UInt64(bitPattern: name) }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// True with a probability, 0 to 1.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// A duration between two.
    mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double.random(in: 0...1, using: &self)
    }
}
