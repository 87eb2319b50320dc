/// `workflow` with large globals, which lie beside their row and are read and written in pieces.
struct GlobalsWorkload: Workload {
    let name = "globals"
    let summary =
        "2,000 operations of three actions with globals of 100 kB: left alone, and changed by each action"

    private static let bytes = 100_000

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        [
            try await measure(laboratory, "left alone", ThreeActions()),
            try await measure(laboratory, "changed", Noting()),
        ]
    }

    private func measure(
        _ laboratory: Laboratory,
        _ variant: String,
        _ operation: some BenchOperation
    ) async throws -> Figure {
        laboratory.progress.say("globals: \(variant)")
        let (figure, _) = try await DrainWorkload.drain(
            laboratory,
            name,
            variant: variant,
            operation,
            laboratory.scaled(2000, atLeast: 10),
            crowd: .init(globalsBytes: Self.bytes),
            worker: laboratory.worker
        )
        return figure
    }
}
