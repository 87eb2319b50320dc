import EngineModel

extension PlanCatalog {
    /// The plans of the random histories.
    static let histories = PlanCatalog(
        registered: [
            registeredPlans, plansWithWaits, plansWithApprovals, plansWithLimits, plansWithRates,
            plansThatTurnAway,
        ].reduce([:]) { $0.merging($1) { $1 } },
        known: [
            "Flow", "Quick", "Slow", "Ask", "Wait", "Doze", "Nap", "Sign", "Tight", "Sole", "Both", "Room",
            "Stay", "Pace", "Heavy", "Press", "Den", "Drop", "Oldest", "Newest", "Few", "Shy",
        ],
        own: ownPlans + ownPlansWithLimits + ownPlansWithRates,
        secretKeys: ["Shy": "c"]
    )

    private static let registeredPlans: [String: [SamplePlan]] = [
        "Flow": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", maxAttempts: 9),
                SampleAction(branch: "main", name: "B", backoff: .exponential(4, maximum: 10)),
                SampleAction(branch: "main", name: "C", maxAttempts: 2),
                SampleAction(branch: "side", name: "S"),
                SampleAction(branch: "side", name: "T"),
            ]),
            SamplePlan([
                SampleAction(branch: "side", name: "S"),
                SampleAction(branch: "main", name: "A", maxAttempts: 5),
                SampleAction(branch: "main", name: "C"),
            ]),
        ],
        "Quick": [SamplePlan([SampleAction(branch: "main", name: "A", maxAttempts: 1)])],
        "Slow": [
            SamplePlan([
                SampleAction(branch: "main", name: "A", performIn: 20),
                SampleAction(branch: "main", name: "B", performAtGlobal: "t"),
                SampleAction(branch: "main", name: "C", queue: "slow"),
                SampleAction(branch: "side", name: "S", performIn: 7, queue: "slow"),
            ])
        ],
        "Late": [
            SamplePlan([SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B")]),
            SamplePlan([SampleAction(branch: "main", name: "A", performAtGlobal: "t")]),
        ],
    ]

    private static let plansWithWaits: [String: [SamplePlan]] = [
        "Wait": [
            SamplePlan([
                SampleAction(branch: "main", name: "A"),
                SampleAction(branch: "main", name: "G", wait: .signal(["go"], timeout: 12, into: "s")),
                SampleAction(branch: "main", name: "B"),
                SampleAction(branch: "side", name: "S"),
                SampleAction(
                    branch: "side",
                    name: "H",
                    wait: .signal(["go", "no"], timeout: 6, onTimeout: .branch("main"))
                ),
            ]),
            SamplePlan([
                SampleAction(branch: "main", name: "N", wait: .sleep(5)),
                SampleAction(
                    branch: "main",
                    name: "G",
                    wait: .signal(["no", "go"], timeout: 8, onTimeout: .branch("side"), into: "s")
                ),
                SampleAction(branch: "main", name: "A"),
                SampleAction(branch: "main", name: "H", wait: .signal(["no"])),
                SampleAction(
                    branch: "side",
                    name: "G",
                    wait: .signal(["no"], timeout: 4, onTimeout: .goOn, into: "s")
                ),
                SampleAction(branch: "side", name: "S"),
            ]),
        ],
        "Ask": [
            SamplePlan([
                SampleAction(branch: "main", name: "G", wait: .signal(["go"], timeout: 12, into: "s")),
                SampleAction(
                    branch: "main",
                    name: "H",
                    wait: .signal(["no", "go"], timeout: 7, onTimeout: .branch("side"))
                ),
                SampleAction(branch: "main", name: "A"),
                SampleAction(branch: "side", name: "G", wait: .signal(["no"], into: "s")),
                SampleAction(branch: "side", name: "S"),
            ])
        ],
        "Doze": [
            SamplePlan([
                SampleAction(branch: "main", name: "N", wait: .sleep(20)),
                SampleAction(branch: "main", name: "A"),
                SampleAction(branch: "main", name: "H", wait: .sleepUntil("t")),
                SampleAction(branch: "main", name: "B", performIn: 3, queue: "slow"),
                SampleAction(
                    branch: "main",
                    name: "G",
                    wait: .signal(["go"], timeout: 15, onTimeout: .goOn, into: "t")
                ),
                SampleAction(branch: "side", name: "N", wait: .sleep(7)),
                SampleAction(branch: "side", name: "S"),
                SampleAction(branch: "side", name: "H", wait: .sleep(0)),
            ]),
            SamplePlan([
                SampleAction(branch: "main", name: "H", wait: .sleepUntil("t")),
                SampleAction(branch: "main", name: "A"),
            ]),
        ],
        "Nap": [
            SamplePlan([
                SampleAction(branch: "main", name: "N", wait: .sleep(4)),
                SampleAction(branch: "main", name: "H", wait: .sleep(6)),
            ])
        ],
        "Gate": [
            SamplePlan([
                SampleAction(branch: "main", name: "G", wait: .signal(["go", "no"], into: "s")),
                SampleAction(branch: "main", name: "H", wait: .signal(["go"], timeout: 9)),
                SampleAction(branch: "main", name: "A"),
            ])
        ],
    ]

    private static let plansWithApprovals: [String: [SamplePlan]] = [
        "Sign": [
            SamplePlan([
                SampleAction(branch: "main", name: "G", wait: .approval("go", within: 9, into: "s")),
                SampleAction(
                    branch: "main",
                    name: "H",
                    wait: .approval("no", within: 7, otherwise: .goOn, rejected: .branch("side"))
                ),
                SampleAction(branch: "main", name: "A"),
                SampleAction(
                    branch: "main",
                    name: "N",
                    wait: .signal(["go"], timeout: 5, onTimeout: .goOn)
                ),
                SampleAction(branch: "main", name: "B"),
                SampleAction(branch: "side", name: "G", wait: .approval("go", into: "s")),
                SampleAction(branch: "side", name: "S"),
            ]),
            SamplePlan([
                SampleAction(branch: "main", name: "A"),
                SampleAction(
                    branch: "main",
                    name: "G",
                    wait: .approval(
                        "go",
                        within: 6,
                        otherwise: .branch("side"),
                        rejected: .goOn,
                        into: "t"
                    )
                ),
                SampleAction(
                    branch: "main",
                    name: "H",
                    wait: .approval("go", within: 0, otherwise: .goOn)
                ),
                SampleAction(branch: "main", name: "B", performAtGlobal: "t"),
                SampleAction(branch: "side", name: "S"),
            ]),
        ]
    ]

    private static let ownPlans = [
        SamplePlan([
            SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B"),
            SampleAction(branch: "side", name: "S"),
        ]),
        SamplePlan([SampleAction(branch: "main", name: "A", maxAttempts: 4, performAtGlobal: "t")]),
        SamplePlan([
            SampleAction(branch: "main", name: "A"),
            SampleAction(
                branch: "main",
                name: "G",
                wait: .signal(["go"], timeout: 3, onTimeout: .branch("main"))
            ),
        ]),
        SamplePlan([
            SampleAction(
                branch: "main",
                name: "G",
                wait: .signal(["no"], timeout: 0, onTimeout: .goOn, into: "t")
            ),
            SampleAction(branch: "main", name: "A", performAtGlobal: "t"),
        ]),
    ]
}
