extension Dispatcher {
    /// How far a worker is from its end.
    package enum Phase: Sendable, Hashable {
        /// It claims jobs and runs them.
        case working
        /// It claims and runs jobs until there is nothing left to do.
        case draining
        /// It claims nothing more; what runs may go on until then.
        case finishing(until: Instant)
        /// What ran was told to end; the worker leaves then, even if something goes on.
        case cancelling(until: Instant)
        /// Its lease has ended.
        case evicted

        /// Whether it takes new jobs.
        var claims: Bool {
            switch self {
            case .working, .draining: true
            case .finishing, .cancelling, .evicted: false
            }
        }

        /// The most urgent stop that changes nothing any more.
        var stop: WorkerInbox.Stop {
            switch self {
            case .working: .no
            case .draining: .whenIdle
            case .finishing: .graceful
            case .cancelling, .evicted: .now
            }
        }
    }
}
