import BackOps
import LibPQ

/// Enqueues again and again under a few keys, in every mode, and remembers what was acknowledged.
struct KeyedEnqueuer: Sendable {
    let settings: RunSettings
    let client: BackOpsClient
    let memory: Memory

    static let modes = [
        "unless_active", "replace_waiting", "cancel_and_replace", "throttle 1 s", merging,
    ]
    private static let merging = "debounce 500 ms at most 2 s merge"

    func run(until deadline: ContinuousClock.Instant) async throws {
        var dice = Dice(seed: settings.seed, -2)
        var number: Int64 = 0
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: dice.duration(.milliseconds(20) ... .milliseconds(150)))
            number += 1
            do {
                try await enqueue(number, mode: Self.modes.randomElement(using: &dice) ?? Self.merging)
            } catch  where Outage.explains(error) {
                // Nobody was told that it was enqueued.
            }
        }
    }

    /// Enqueues one; a mode has a key or two of its own.
    func enqueue(_ number: Int64, mode: String) async throws {
        let key = "\(mode)/\(number % 2)"
        let globals = JSONValue.object([Load.quick: true, "\(Load.number)\(number)": true])
        let row = try await client.pool.query(
            """
            select id, outcome from backops.enqueue_keyed(\(Shape.line.rawValue), \(key), \(mode), \(PQJSON(globals.description)))
            """
        ).first
        guard let id = try row?.decode(0, as: Int64.self) else { return }
        memory.note { state in
            state.keyed[id] = key
            if mode == Self.merging { state.merged[number] = key }
        }
    }
}
