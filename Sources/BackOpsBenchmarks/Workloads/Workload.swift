/// Something to measure.
protocol Workload: Sendable {
    /// What `--workload` calls it.
    var name: String { get }

    /// What it does, in a few words.
    var summary: String { get }

    /// Does it once.
    ///
    /// - Returns: One figure or more, always the same ones.
    /// - Throws: ``Problem`` when something was left undone or done twice; nothing is reported then.
    func run(in laboratory: Laboratory) async throws -> [Figure]
}

/// All workloads, in the order in which they run.
enum Workloads {
    static let all: [any Workload] = [
        DrainWorkload.drain, DrainWorkload.workflow, DrainWorkload.longWorkflow,
        DrainWorkload.veryLongWorkflow,
        DrainWorkload.limited, DrainWorkload.rated, DrainWorkload.hot, DrainWorkload.full,
        FairWorkload(),
        EnqueueWorkload(), LatencyWorkload(), BacklogWorkload(), SnapshotWorkload(), ScheduledWorkload(),
        WaitingWorkload(), AnswersWorkload.signals, AnswersWorkload.approvals,
        QueuesWorkload(), RetriesWorkload(), GlobalsWorkload(), ChurnWorkload(),
        ProcessesWorkload(), SlotsWorkload(), SleepersWorkload(), IdleWorkload(), SchedulesWorkload(),
        CeilingWorkload(),
        FloorWorkload(),
    ]
}
