/// What a dispatcher's decisions are carried out with: the process of a worker, or a simulated one.
package protocol DispatchShell {
    /// The time.
    var now: Instant { get }

    /// Since when the action that is next has waited for a slot; nil when none waits.
    var oldestWaiting: Instant? { get }

    /// Sends statements to the database; the answer comes as news.
    mutating func send(_ exchange: Dispatcher.Exchange)

    /// The answer to what was sent under this number is here.
    mutating func hasLanded(_ number: Int)

    /// Starts an action as soon as a slot is free; one that must not wait, only if one is free now.
    ///
    /// - Returns: Whether it started or waits.
    mutating func start(_ job: ClaimedJob, mayWait: Bool) -> Bool

    /// Cancels an action, which gives its slot away; one that waits for a slot does not start.
    mutating func cancel(_ job: ClaimedJob)

    /// Takes back the actions that have waited for a slot since a time or longer, all of them for nil.
    ///
    /// - Returns: Their claims.
    mutating func withdrawWaiting(since moment: Instant?) -> [Int64]

    /// Starts no action any more.
    mutating func closeSlots()

    /// The body of an action has ended, and nothing that it leaves behind is asked for again.
    mutating func forget(_ claim: Int64)

    /// Whether an action whose claim the database does not know any more may be one that has completed itself.
    func mayHaveCompletedItself(_ claim: Int64) -> Bool

    /// Takes the reports of running actions that nobody has taken.
    mutating func takeReports() -> [(claim: Claim, report: ProgressReport)]

    /// Takes reports back that were not written, unless there are newer ones.
    mutating func restore(_ reports: [(claim: Claim, report: ProgressReport)])

    /// Looks up the names of a stack; they come as news.
    mutating func name(_ trace: FailureTrace, of claim: Claim)

    /// Tells log, metrics and health.
    mutating func tell(_ note: Dispatcher.Note)
}
