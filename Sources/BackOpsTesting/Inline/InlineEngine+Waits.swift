import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension InlineEngine {
    /// Passes a step that waits, by the signals that were given and the virtual clock.
    ///
    /// - Returns: The position that is due next, or nil at the end.
    mutating func pass(_ entry: Plan.Entry, _ step: StepWait) -> Int? {
        switch step {
        case .sleep(let duration):
            self.wait(duration)
            return leave(entry)
        case .sleepUntil(let global):
            guard wait(untilGlobal: global) else { return nil }
            return leave(entry)
        case .approval(let approval): return pass(entry, approval)
        case .signals(let names, let timeout, let onTimeout, let global):
            let deadline = timeout.map { clock + $0 }
            if let signal = takeSignal(names, until: deadline) {
                self.wait(signal.delay - clock)
                return leave(entry, as: global, received(signal))
            }
            guard let deadline else {
                run.fail(NoSignal(step: entry.path, names: names))
                return nil
            }
            self.wait(deadline - clock)
            switch onTimeout {
            case .fail:
                run.fail(WaitTimedOut(step: entry.path, names: names))
                return nil
            case .goOn: return leave(entry, as: global, ReceivedSignal())
            case .branch(let branch):
                return leave(
                    entry,
                    as: global,
                    ReceivedSignal(),
                    jump: progress.plan.position(of: branch, action: nil)
                )
            }
        }
    }

    /// Of those that come in time the one that comes first; of those that come together, the one that was given first.
    private mutating func takeSignal(_ names: [String], until deadline: Duration?) -> InlineSignal? {
        let inTime = signals.indices.filter { index in
            names.contains(where: signals[index].name.hasSameBytes)
                && deadline.map { signals[index].delay <= $0 } ?? true
        }
        let first = inTime.min { (signals[$0].delay, $0) < (signals[$1].delay, $1) }
        return first.map { signals.remove(at: $0) }
    }

    private func received(_ signal: InlineSignal) -> ReceivedSignal {
        ReceivedSignal(
            name: signal.name,
            payload: signal.payload.flatMap { try? JSONValue(encoding: $0) },
            sentBy: "runInline",
            sentAt: ISO8601.text(start.addingTimeInterval(signal.delay / .seconds(1)))
        )
    }

    private mutating func leave(
        _ entry: Plan.Entry,
        as global: String? = nil,
        _ signal: ReceivedSignal = ReceivedSignal(),
        jump: Int? = nil
    ) -> Int? {
        if let global { run.globals[GlobalKey<ReceivedSignal>(global)] = signal }
        return goOn(after: entry, jump: jump)
    }
}

/// Ends a run that waits for a signal which its test does not send.
struct NoSignal: Error, CustomStringConvertible {
    let step: String
    let names: [String]

    var description: String {
        "\(step) waits for \(names.joined(separator: " or ")) without a timeout. Give runInline the signal: signals: [InlineSignal(…)]."
    }
}

/// Ends a run whose wait fails on its timeout.
struct WaitTimedOut: Error, CustomStringConvertible {
    let step: String
    let names: [String]

    var description: String { "\(step): no signal \(names.joined(separator: " or ")) came in time" }
}
