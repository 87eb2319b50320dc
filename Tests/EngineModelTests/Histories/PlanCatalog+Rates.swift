import EngineModel

extension PlanCatalog {
    /// Rates with and without keys, bursts and weights, beside limits, waits and branches.
    ///
    /// Gaps are whole seconds; some are longer than starts are given ahead. Some names are in several plans, with numbers or without.
    static let plansWithRates: [String: [SamplePlan]] = [
        "Pace": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", rate: SampleRate("slow", .init(1, per: 3, burst: 2))),
                SampleAction(
                    branch: "main",
                    name: "B",
                    backoff: .constant(0),
                    rate: SampleRate("each", .init(2, per: 2, burst: 2), by: "a")
                ),
                SampleAction(branch: "main", name: "C", maxAttempts: 2),
                SampleAction(branch: "side", name: "S", performIn: 3, rate: SampleRate("slow")),
            ]),
            SamplePlan([
                SampleAction(branch: "main", name: "A", rate: SampleRate("slow", .init(2, per: 2, burst: 3))),
                SampleAction(branch: "main", name: "B", queue: "slow", rate: SampleRate("slow", weight: 2)),
            ]),
        ],
        "Heavy": [
            SamplePlan([
                SampleAction(
                    branch: "main",
                    name: "A",
                    backoff: .constant(0),
                    rate: SampleRate("heavy", .init(1, per: 1, burst: 4), weight: 3)
                ),
                SampleAction(branch: "main", name: "B", maxAttempts: 2, rate: SampleRate("heavy")),
                SampleAction(branch: "side", name: "S", rate: SampleRate("slow")),
            ])
        ],
        "Press": [
            SamplePlan(
                [
                    SampleAction(
                        branch: "main",
                        name: "A",
                        backoff: .constant(1),
                        limit: SampleLimit("press", 1),
                        rate: SampleRate("press", .init(1, per: 2, burst: 2))
                    ),
                    SampleAction(branch: "main", name: "B", rate: SampleRate("each", by: "a")),
                    SampleAction(branch: "main", name: "C"),
                    SampleAction(
                        branch: "side",
                        name: "S",
                        limit: SampleLimit("each", 1, by: "a"),
                        rate: SampleRate("slow")
                    ),
                ],
                limit: SampleLimit("crowd", 3)
            )
        ],
        "Den": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A", rate: SampleRate("each", by: "a")),
                    SampleAction(branch: "main", name: "N", wait: .sleep(2)),
                    SampleAction(
                        branch: "main",
                        name: "B",
                        maxAttempts: 4,
                        limit: SampleLimit("press"),
                        rate: SampleRate("slow")
                    ),
                    SampleAction(
                        branch: "main",
                        name: "G",
                        wait: .signal(["go"], timeout: 4, onTimeout: .branch("side"))
                    ),
                    SampleAction(branch: "side", name: "S", rate: SampleRate("press")),
                ],
                limit: SampleLimit("den", 2, by: "a", freeWhileWaiting: true)
            )
        ],
        "Bar": [
            SamplePlan([SampleAction(branch: "main", name: "A", rate: SampleRate("slow", .init(1, per: 5)))]),
            SamplePlan([SampleAction(branch: "main", name: "A", rate: SampleRate("bar", .init(1, per: 1)))]),
        ],
    ]

    /// Limits at which not everybody waits, and one of a key that is secret, as is that of a rate.
    static let plansThatTurnAway: [String: [SamplePlan]] = [
        "Drop": [
            SamplePlan(
                [SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B")],
                limit: SampleLimit("drop", 1, by: "a", whenFull: .drop)
            )
        ],
        "Oldest": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "N", wait: .sleep(1)),
                    SampleAction(branch: "main", name: "A", rate: SampleRate("each", by: "a")),
                    SampleAction(branch: "main", name: "B"),
                ],
                limit: SampleLimit("oldest", 2, whenFull: .cancelOldest, maxWaiting: 1)
            )
        ],
        "Newest": [
            SamplePlan(
                [SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B")],
                limit: SampleLimit("newest", 1, by: "a", whenFull: .replaceWaiting)
            )
        ],
        "Few": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A", limit: SampleLimit("hot")),
                    SampleAction(branch: "side", name: "S"),
                ],
                limit: SampleLimit("few", 1, maxWaiting: 1)
            )
        ],
        "Shy": [
            SamplePlan(
                [
                    SampleAction(
                        branch: "main",
                        name: "A",
                        limit: SampleLimit("each", by: "c"),
                        rate: SampleRate("shy", .init(1, per: 4), by: "c")
                    ),
                    SampleAction(branch: "main", name: "B"),
                ],
                limit: SampleLimit("shy", 1, by: "c")
            )
        ],
    ]

    /// The second names a rate to which nobody gives numbers but set_rate.
    static let ownPlansWithRates = [
        SamplePlan([
            SampleAction(branch: "main", name: "A", rate: SampleRate("slow", .init(5, per: 5))),
            SampleAction(branch: "main", name: "B", rate: SampleRate("own", .init(1, per: 2), weight: 2)),
        ]),
        SamplePlan([SampleAction(branch: "main", name: "A", rate: SampleRate("spare"))]),
    ]

    /// The names that a history sets, resets, closes and counts calls under.
    static let rates = ["slow", "each", "heavy", "press", "own", "spare", "bar", "shy"]
}
