#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a run does a part of: other ones in every run, so that a day of runs does all of them.
enum Sampling {
    /// Every so-and-so-many-th of some cases, from one at random; all of them with `BACKOPS_ALL_CASES=1`.
    static func every<Case>(_ step: Int, of cases: [Case]) -> [Case] {
        guard ProcessInfo.processInfo.environment["BACKOPS_ALL_CASES"] == nil else { return cases }
        let first = Int.random(in: 0..<step)
        return cases.enumerated().filter { $0.offset % step == first }.map(\.element)
    }
}
