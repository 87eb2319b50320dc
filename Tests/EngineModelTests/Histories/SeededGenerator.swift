import BackOps

/// Draws the same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var generator: JitterGenerator

    init(seed: UInt64) { generator = JitterGenerator(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// A number from 0 up to, but without, the bound; the library's own way may change between releases.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }
}
