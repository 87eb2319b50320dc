/// `workflow` over many queues, which a worker has to look through.
struct QueuesWorkload: Workload {
    let name = "queues"
    let summary = "workflow spread over 100 queues, all of which one worker process serves"

    private static let queues = 100

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        var options = laboratory.worker
        options.queues = Self.queues
        let (figure, _) = try await DrainWorkload.drain(
            laboratory,
            name,
            ThreeActions(),
            laboratory.scaled(40_000, atLeast: 10),
            crowd: .init(queues: Self.queues),
            worker: options
        )
        return [figure]
    }
}
