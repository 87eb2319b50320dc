/// What an action of the load does besides lasting a while.
enum Deed: String, Sendable {
    /// Leaves its row by statements of its own.
    case plain
    /// Leaves its row in the transaction that completes it.
    case transaction
    /// Throws sometimes.
    case flaky
    /// Throws often, and has three attempts: its operation may fail.
    case fragile
    /// Snoozes sometimes.
    case dozing
    /// Stores a global before it has ended.
    case checkpointing
}
