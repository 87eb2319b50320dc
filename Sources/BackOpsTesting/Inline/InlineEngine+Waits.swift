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
            return goOn(after: entry, jump: nil)
        case .sleepUntil(let global):
            guard wait(untilGlobal: global) else { return nil }
            return goOn(after: entry, jump: nil)
        case .approval(let approval): return pass(entry, approval)
        case .signals(let names, let timeout, let onTimeout, let global):
            let deadline = timeout.map { clock + $0 }
            if let signal = takeSignal(names, until: deadline) {
                self.wait(signal.delay - clock)
                return goOn(after: entry, keeping: received(signal), as: global)
            }
            guard let deadline else {
                run.fail(NoSignal(step: entry.path, names: names))
                return nil
            }
            self.wait(deadline - clock)
            return end(
                entry,
                as: global,
                ReceivedSignal(),
                by: onTimeout,
                WaitTimedOut(step: entry.path, names: names)
            )
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

    /// Ends a wait by what was chosen for that, and keeps what came in a global.
    ///
    /// - Returns: The position that is due next, or nil where it was chosen to fail, with the error.
    mutating func end<Value: Codable & Sendable>(
        _ entry: Plan.Entry,
        as global: String?,
        _ value: Value,
        by choice: OnTimeout,
        _ error: any Error
    ) -> Int? {
        var jump: Int?
        switch choice {
        case .fail:
            run.fail(error)
            return nil
        case .goOn: break
        case .branch(let branch): jump = progress.plan.position(of: branch, action: nil)
        }
        return goOn(after: entry, keeping: value, as: global, jump: jump)
    }

    private mutating func goOn<Value: Codable & Sendable>(
        after entry: Plan.Entry,
        keeping value: Value,
        as global: String?,
        jump: Int? = nil
    ) -> Int? {
        if let global { run.globals[GlobalKey<Value>(global)] = value }
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
