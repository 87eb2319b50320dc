/// A worker with a fault that the simulation must find.
///
/// The mutated program contains all of them, each behind a switch: see ``MutatedPackage``.
struct WorkerMutant: Sendable {
    let name: String
    let edits: [Edit]

    /// One place in the worker's code.
    struct Edit: Sendable {
        /// The file, below Sources/BackOps/Worker.
        let file: String

        /// What stands there, exactly once.
        let original: String

        /// What stands there in the mutated program; `MUTATED` is whether the mutant is switched on.
        let replacement: String
    }

    private init(_ name: String, _ edits: Edit...) {
        self.name = name
        self.edits = edits
    }

    private init(_ name: String, _ file: String, _ original: String, _ replacement: String) {
        self.init(name, Edit(file: file, original: original, replacement: replacement))
    }

    static let all: [WorkerMutant] = [
        WorkerMutant(
            "reconciliation-left-out",
            "Dispatch/Reconciliation.swift",
            "case .settled: state = .due",
            "case .settled: if !MUTATED { state = .due }"
        ),
        WorkerMutant(
            "lease-counted-from-the-answer",
            Edit(
                file: "Upkeep/LeaseClock.swift",
                original: "renewedAt = min(askedAt, now)",
                replacement: "renewedAt = MUTATED ? now : min(askedAt, now)"
            ),
            // The margin is there for what is slow; without it, what is left is the rule alone.
            Edit(
                file: "Upkeep/LeaseClock.swift",
                original: "renewedAt + lease - min(.seconds(1), lease / 10)",
                replacement: "renewedAt + lease - (MUTATED ? .zero : min(.seconds(1), lease / 10))"
            )
        ),
        WorkerMutant(
            "end-of-the-lease-ignored",
            "Dispatch/Dispatcher.swift",
            "case .leaseEnded: phase = .evicted",
            "case .leaseEnded: if !MUTATED { phase = .evicted }"
        ),
        WorkerMutant(
            "late-answer-accepted",
            Edit(
                file: "Dispatch/Dispatcher.swift",
                original: "    var roundTripsSoFar = 0\n",
                replacement: "    var roundTripsSoFar = 0\n    var landed: [Int: RoundTrip] = [:]\n"
            ),
            Edit(
                file: "Dispatch/Dispatcher+Landing.swift",
                original:
                    "guard let roundTrip = roundTrips.removeValue(forKey: answer.number) else { return }",
                replacement: """
                    let former = MUTATED ? landed[answer.number] : nil
                            guard let roundTrip = roundTrips.removeValue(forKey: answer.number) ?? former else { return }
                            landed[answer.number] = roundTrip
                    """
            )
        ),
        WorkerMutant(
            "claim-lost-in-flight-started",
            "Dispatch/Dispatcher.swift",
            "guard lostInFlight.removeValue(forKey: job.claim.claimID) == nil else {",
            "guard MUTATED || lostInFlight.removeValue(forKey: job.claim.claimID) == nil else {"
        ),
        WorkerMutant(
            "outcomes-lost-with-their-connection",
            "Dispatch/Dispatcher+Landing.swift",
            """
            restore(roundTrip.requests, &commands)
                        loseAnswer(error, now, &commands)
            """,
            """
            if !MUTATED { restore(roundTrip.requests, &commands) }
                        loseAnswer(error, now, &commands)
            """
        ),
        WorkerMutant(
            "suspect-beside-others",
            "Dispatch/Dispatcher+Exchange.swift",
            "guard running.isEmpty else {",
            "guard MUTATED || running.isEmpty else {"
        ),
        WorkerMutant(
            "stale-result-told-as-completed",
            "Dispatch/Dispatcher+Answers.swift",
            "guard answer.outcome != .stale else {",
            "guard MUTATED || answer.outcome != .stale else {"
        ),
        WorkerMutant(
            "busy-outcome-dropped",
            "Dispatch/Dispatcher+Answers.swift",
            """
            if answer.outcome == .busy { continue }
                            if answer.outcome == .invalid {
                                invalid.insert
            """,
            """
            if answer.outcome == .busy {
                                if MUTATED { settled.insert(answer.claim) }
                                continue
                            }
                            if answer.outcome == .invalid {
                                invalid.insert
            """
        ),
        WorkerMutant(
            "schedules-not-looked-at-again",
            "Upkeep/SchedulePace.swift",
            "guard let due, due < interval * 0.75 else { return .rest(spread(interval, &generator)) }",
            """
            guard !MUTATED || due != nil else { return .rest(.seconds(86_400)) }
                    guard let due, due < interval * 0.75 else { return .rest(spread(interval, &generator)) }
            """
        ),
        WorkerMutant(
            "schedules-left-to-the-one-who-came-first",
            "Upkeep/SchedulePace.swift",
            "hasRun ? .look : rest(using: &generator)",
            "hasRun ? .look : MUTATED ? .rest(.seconds(86_400)) : rest(using: &generator)"
        ),
        WorkerMutant(
            "unwritten-outcome-run-again",
            "Dispatch/Dispatcher+Answers.swift",
            """
            let known = knownClaims
                    var held = held
            """,
            """
            let known = MUTATED ? [] : knownClaims
                    var held = held
            """
        ),
    ]
}
