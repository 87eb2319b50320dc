import EngineModel

extension PlanCatalog {
    /// Limits of actions and of operations, with and without keys, beside waits, branches and each other.
    ///
    /// Some names are in several plans, with one number, several, or none.
    static let plansWithLimits: [String: [SamplePlan]] = [
        "Tight": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", limit: SampleLimit("hot", 2)),
                SampleAction(branch: "main", name: "B", limit: SampleLimit("each", 1, by: "a")),
                SampleAction(branch: "main", name: "C", maxAttempts: 2),
                SampleAction(branch: "side", name: "S", performIn: 3, limit: SampleLimit("hot", 2)),
            ]),
            SamplePlan([
                SampleAction(branch: "main", name: "A", limit: SampleLimit("hot", 1)),
                SampleAction(branch: "main", name: "B", queue: "slow", limit: SampleLimit("hot")),
            ]),
        ],
        "Sole": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A"),
                    SampleAction(branch: "main", name: "B", backoff: .constant(0)),
                    SampleAction(branch: "main", name: "C", maxAttempts: 2),
                    SampleAction(branch: "side", name: "S"),
                ],
                limit: SampleLimit("sole", 1, by: "a")
            )
        ],
        "Both": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A", maxAttempts: 4, limit: SampleLimit("hot")),
                    SampleAction(branch: "main", name: "B"),
                    SampleAction(
                        branch: "side",
                        name: "S",
                        backoff: .constant(0),
                        limit: SampleLimit("each", by: "a")
                    ),
                ],
                limit: SampleLimit("line", 2)
            )
        ],
        "Room": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "A"),
                    SampleAction(branch: "main", name: "N", wait: .sleep(5)),
                    SampleAction(branch: "main", name: "B", limit: SampleLimit("each", 1, by: "a")),
                    SampleAction(
                        branch: "main",
                        name: "G",
                        wait: .signal(["go"], timeout: 9, onTimeout: .branch("side"))
                    ),
                    SampleAction(branch: "main", name: "C"),
                    SampleAction(branch: "side", name: "S", limit: SampleLimit("hot")),
                    SampleAction(branch: "side", name: "H", wait: .sleep(0)),
                ],
                limit: SampleLimit("room", 1, freeWhileWaiting: true)
            )
        ],
        "Stay": [
            SamplePlan(
                [
                    SampleAction(branch: "main", name: "N", wait: .sleep(2)),
                    SampleAction(branch: "main", name: "A"),
                    SampleAction(
                        branch: "main",
                        name: "G",
                        wait: .signal(["go"], timeout: 6, onTimeout: .goOn)
                    ),
                    SampleAction(branch: "main", name: "B", performAtGlobal: "t"),
                ],
                limit: SampleLimit("sole", 1, by: "a")
            )
        ],
        "Shut": [
            SamplePlan([SampleAction(branch: "main", name: "A")], limit: SampleLimit("line", 1)),
            SamplePlan([SampleAction(branch: "main", name: "A", limit: SampleLimit("shut", 2))]),
        ],
    ]

    /// The second names a limit to which nobody gives a number but set_limit.
    static let ownPlansWithLimits = [
        SamplePlan([
            SampleAction(branch: "main", name: "A", limit: SampleLimit("hot", 5)),
            SampleAction(branch: "main", name: "B", limit: SampleLimit("own", 1)),
        ]),
        SamplePlan([SampleAction(branch: "main", name: "A")], limit: SampleLimit("spare")),
    ]

    /// The names that a history sets and resets.
    static let limits = [
        "hot", "each", "sole", "line", "room", "own", "spare", "shut", "press", "den", "drop", "oldest",
        "newest", "few", "shy",
    ]

    static let namesWithLimits = [
        "Tight", "Tight", "Tight", "Sole", "Sole", "Both", "Both", "Both", "Room", "Room", "Room", "Stay",
        "Shut",
    ]
    static let namesWithRates = [
        "Pace", "Pace", "Pace", "Heavy", "Heavy", "Press", "Press", "Press", "Den", "Den", "Bar",
    ]
    static let namesThatTurnAway = ["Drop", "Oldest", "Oldest", "Newest", "Few", "Few", "Shy", "Shy"]
    static let withLimits = Set(namesWithLimits + namesWithRates + namesThatTurnAway).sorted()

}
