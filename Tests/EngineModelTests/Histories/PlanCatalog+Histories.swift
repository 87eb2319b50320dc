import EngineModel

extension PlanCatalog {
    /// The plans of the random histories.
    static let histories = PlanCatalog(
        registered: registeredPlans,
        known: ["Flow", "Quick", "Slow"],
        own: ownPlans
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

    private static let ownPlans = [
        SamplePlan([
            SampleAction(branch: "main", name: "A"), SampleAction(branch: "main", name: "B"),
            SampleAction(branch: "side", name: "S"),
        ]),
        SamplePlan([SampleAction(branch: "main", name: "A", maxAttempts: 4, performAtGlobal: "t")]),
    ]
}
