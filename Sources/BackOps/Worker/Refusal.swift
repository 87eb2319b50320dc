import LibPQ

/// Sorts what the server refuses by what a worker has to do about it.
enum Refusal {
    /// Somebody else was at the same rows: again, soon.
    case contention
    /// The server cannot write now, or was told to end the statement: again, until it can, as after an outage.
    case trouble
    /// The values cannot be stored: that is the failure of the action that gave them.
    case content
    /// Anything else, such as a missing privilege: no action's fault, so its result is kept and offered again.
    case unexpected

    init(_ state: SQLState?) {
        self =
            switch state {
            case let state? where state.isClass("40") || state == .lockNotAvailable: .contention
            case let state?
            where state.isTransient || state == .readOnlyTransaction || state.isClass("57")
                || state.isClass("58"):
                .trouble
            case let state? where ["22", "23", "54", "P0", "OP"].contains(where: state.isClass): .content
            default: .unexpected
            }
    }
}
