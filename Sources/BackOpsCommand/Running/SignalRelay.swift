package import UnixSignals

/// Takes the signals that ask a program to end, from the time it is made on.
package struct SignalRelay: Sendable {
    private let signals: UnixSignalsSequence

    /// Traps SIGINT, SIGTERM and SIGHUP: they do nothing by themselves any more.
    package static func trapping() async -> SignalRelay {
        SignalRelay(signals: await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup))
    }

    /// Waits for the next signal; nil when the task is cancelled.
    package func next() async -> UnixSignal? {
        for await signal in signals { return signal }
        return nil
    }

    /// Hands every signal to a closure, until the task is cancelled.
    func forEach(_ body: (UnixSignal) async -> Void) async {
        for await signal in signals { await body(signal) }
    }
}
