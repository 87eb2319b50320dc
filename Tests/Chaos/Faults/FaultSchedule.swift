/// Which fault comes when: the seed's part of a run.
///
/// Faults come in shuffled rounds with every kind in them, so that a run of a minute sees all of them.
struct FaultSchedule {
    private var dice: Dice
    private let kinds: [FaultKind]
    private var round: [FaultKind] = []

    init(seed: UInt64, kinds: [FaultKind]) {
        dice = Dice(seed: seed)
        self.kinds = kinds
    }

    struct Fault {
        /// Time since the fault before.
        let pause: Duration
        let kind: FaultKind
        /// Decides the details: which worker, how long.
        let dice: Dice
    }

    mutating func next() -> Fault {
        if round.isEmpty {
            round = kinds.flatMap { Array(repeating: $0, count: $0.weight) }.shuffled(using: &dice)
        }
        return Fault(
            pause: dice.duration(.milliseconds(300) ... .milliseconds(1700)),
            kind: round.removeLast(),
            dice: Dice(seed: dice.next())
        )
    }
}
