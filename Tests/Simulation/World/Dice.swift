import BackOps

/// Random numbers that follow from a seed.
struct Dice: Sendable {
    private var generator: JitterGenerator

    init(seed: UInt64) { generator = JitterGenerator(seed: seed) }

    /// Makes dice of their own for a part of the whole, which stay the same whatever the other parts draw.
    init(seed: UInt64, _ parts: Int...) {
        var mixed = seed
        for part in parts {
            var step = JitterGenerator(seed: mixed ^ UInt64(bitPattern: Int64(part)))
            mixed = step.next()
        }
        generator = JitterGenerator(seed: mixed)
    }

    mutating func next() -> UInt64 { generator.next() }

    /// A number from 0 up to, but not including, a limit.
    mutating func below(_ limit: Int) -> Int { limit <= 1 ? 0 : Int(next() % UInt64(limit)) }

    mutating func between(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Whether something happens that does so often in a thousand.
    mutating func chance(_ perMille: Int) -> Bool { below(1000) < perMille }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
