/// The release that this library is.
package enum Release {
    /// Its number, which `migrate up` records beside the engine's text.
    package static let version = "0.1.0"

    /// Where the package is, which README.md and the documentation repeat; a test compares them.
    package static let repository = "https://example.com/backops.git"

    /// Whether one number is higher than another, part by part: 0.10.0 is higher than 0.9.1.
    static func isHigher(_ version: String, than other: String) -> Bool {
        let (parts, others) = (numbers(version), numbers(other))
        return others.lexicographicallyPrecedes(parts)
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split(separator: ".").map { Int($0) ?? 0 }
    }
}
