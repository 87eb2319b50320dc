import BackOps
import BackOpsTesting
import Testing

@Suite struct `Progress through a plan` {
    /// Takes random walks: whatever is completed and wherever it jumps, the rule of the open suffix holds.
    @Test(arguments: 0..<50)
    func `leaves the open actions of every branch at its end`(seed: UInt64) throws {
        let plan = try Plan(
            operation: "Walk",
            json: Array(#"{"a": ["1", "2", "3"], "main": ["1", "2", "3", "4"], "b": ["1", "2"]}"#.utf8)
        )
        var random = SeededGenerator(seed: seed)
        var progress = PlanProgress(plan)
        var next = progress.first
        #expect(next == 4)
        for _ in 0..<60 {
            guard let position = next else { break }
            #expect(progress[position].status == .open)
            let jump = Int.random(in: 1...18, using: &random)
            next = progress.complete(position, jump: jump <= plan.entries.count ? jump : nil)
            for branch in plan.branches {
                let statuses = plan.entries.filter { $0.branch == branch }.map {
                    progress[$0.position].status
                }
                let open = statuses.drop { $0 != .open }
                #expect(open.allSatisfy { $0 == .open })
            }
        }
    }
}

/// Gives the same numbers for the same seed (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
