/// Failures whose stacks are given names beside everything else.
///
/// The first stack of a process costs a second of processor time and more, because the debug information of the whole program is
/// read. The slot is free meanwhile, and other outcomes are written; the failure itself waits for the names, but not for ever,
/// and hardly at all when the worker stops: it is recorded with addresses then.
extension Dispatcher {
    /// How long it does when the worker stops: long enough for a stack that was seen before.
    private static let patienceAtStop: Duration = .milliseconds(50)

    mutating func resolve(_ attempt: FailedAttempt, _ now: Instant, _ commands: inout [Command]) {
        guard let trace = attempt.failure.trace else { return }
        let patience = phase.claims ? configuration.tracePatience : Self.patienceAtStop
        resolving[attempt.claim] = (attempt, now + patience)
        commands.append(.name(trace, of: attempt.claim))
    }

    mutating func addTrace(_ text: String, to claim: Claim) {
        guard var attempt = resolving.removeValue(forKey: claim)?.attempt else { return }
        attempt.failure = attempt.failure.with(stackTrace: text)
        outbox.failures.append(attempt)
    }

    /// Records what has waited too long with the addresses of its stack.
    mutating func giveUpTraces(at now: Instant) {
        guard !resolving.isEmpty else { return }
        let late = resolving.filter { $0.value.until <= now }.sorted { $0.key < $1.key }
        for (claim, value) in late { addTrace(value.attempt.failure.trace?.addresses() ?? "", to: claim) }
    }

    /// The worker stops, and does not wait for names.
    mutating func hurryTraces(at now: Instant) {
        for claim in resolving.keys { resolving[claim]?.until = now + Self.patienceAtStop }
    }
}
