import Logging

extension WorkerTelemetry {
    /// Passes on what the dispatcher has seen.
    func observe(_ observation: Dispatcher.Observation, _ logger: Logger) {
        switch observation {
        case .databaseIsThere: regained(.dispatcher, logger)
        case .databaseIsAway(let error): lost(.dispatcher, error, logger)
        case .running(let count): metrics?.running(count)
        case .listens(let listens): metrics?.listens(listens)
        case .jobIsUnreadable: metrics?.couldNotRead()
        case .workerIsStopping: health.stopping()
        case .leaseIsLost: lostLease()
        }
    }
}
