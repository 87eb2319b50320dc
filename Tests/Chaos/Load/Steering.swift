import BackOps
import LibPQ

/// What people do to operations while they run: cancel, retry, set a global.
struct Steering: Sendable {
    let settings: RunSettings
    let client: BackOpsClient
    let memory: Memory

    func run(until deadline: ContinuousClock.Instant) async throws {
        var dice = Dice(seed: settings.seed, -1)
        var number: Int64 = 0
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: dice.duration(.milliseconds(100) ... .milliseconds(500)))
            number += 1
            do {
                try await steer(number, &dice)
            } catch let error as BackOpsError where error.code == .wrongState {
                // It has ended meanwhile, or runs.
            } catch  where Outage.explains(error) {
                // The server is away.
            }
        }
    }

    private func steer(_ number: Int64, _ dice: inout Dice) async throws {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...2:
            guard let id = try await pick("active", &dice) else { return }
            memory.note { _ = $0.cancelled.insert(id) }
            try await client.cancel(id, reason: "chaos")
        case 3...5:
            guard let id = try await pick(dice.chance(0.5) ? "failed" : "cancelled", &dice) else { return }
            try await client.retry(id)
        default:
            guard let id = try await pick("active", &dice) else { return }
            // Unknown until it is answered.
            memory.note { $0.steered[id] = nil }
            try await client.setGlobal(GlobalKey<Int64>(Load.steered), to: number, of: id)
            memory.note { $0.steered[id] = number }
        }
    }

    private func pick(_ state: String, _ dice: inout Dice) async throws -> Int64? {
        try await client.pool.query(
            "select id from backops.operations where state = \(state) order by id desc limit 100"
        ).map { try $0.decode(0, as: Int64.self) }.randomElement(using: &dice)
    }
}
