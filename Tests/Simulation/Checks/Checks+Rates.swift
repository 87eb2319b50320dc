import BackOps
import EngineModel

/// A start that a rate has given, and somebody has used.
struct PacedStart: Hashable {
    let operation: Int
    let time: Int
    let weight: Int
    /// What was lost with the commits of a server, or repeated by its clock, may be given once more.
    let epoch: Int
    let clockJumps: Int
}

extension Checks {
    /// What starts under a rate has a start, which has come, and in no time are there more of them than the rate allows.
    func checkRates(_ claimed: ClaimedJob) {
        guard let operation = model.operations[Int(claimed.claim.operationID)],
            let rate = operation.rule?.rate
        else { return }
        guard let time = operation.job?.pacedAt else {
            violate("operation \(operation.id) starts under the rate \(rate.name) without a start")
            return
        }
        if time > clock, server.clockJumps == 0 {
            violate("operation \(operation.id) starts \(time - clock) before its start")
        }
        let gate = model.gate(rate, operation)
        let start = PacedStart(
            operation: operation.id,
            time: time,
            weight: rate.weight,
            epoch: server.epoch,
            clockJumps: server.clockJumps
        )
        guard paced[gate, default: []].insert(start).inserted, let pace = model.rates[rate.name]?.pace else {
            return
        }
        let others = paced[gate, default: []].filter {
            $0.epoch == start.epoch && $0.clockJumps == start.clockJumps
        }
        if let problem = Self.excess(others.sorted { $0.time < $1.time }, around: start, pace) {
            violate("under \(gate) \(problem)")
        }
    }

    /// In any time, all but one of the starts fit into what the rate allows in it, and a burst but for one.
    private static func excess(
        _ starts: [PacedStart],
        around start: PacedStart,
        _ pace: SampleRate.Pace
    ) -> String? {
        for first in starts.indices where starts[first].time <= start.time {
            var (weights, greatest) = (0, 0)
            for other in starts[first...] {
                weights += other.weight
                greatest = max(greatest, other.weight)
                let time = other.time - starts[first].time
                if (weights - greatest) * pace.gap > time + pace.tolerance {
                    return "starts of the weight \(weights) began in \(time) microseconds"
                }
            }
        }
        return nil
    }
}
