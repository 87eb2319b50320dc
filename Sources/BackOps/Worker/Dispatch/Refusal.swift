package import LibPQ

/// Sorts what the server refuses by what a worker has to do about it.
package enum Refusal: Sendable {
    /// Somebody else was at the same rows: again, soon.
    case contention
    /// The server cannot write now, or was told to end the statement: again, until it can, as after an outage.
    case trouble
    /// The values cannot be stored: that is the failure of the action that gave them.
    case content
    /// Anything else, such as a missing privilege: no action's fault, so its result is kept and offered again.
    case unexpected

    package init(_ state: SQLState?) {
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

extension PQError {
    /// Whether it is about what is stored: the same would happen again.
    package var isAboutContent: Bool {
        switch code {
        case .decoding: return true
        case .server:
            guard case .content = Refusal(sqlState) else { return false }
            return true
        default: return false
        }
    }

    /// Whether waiting may help: the connection's trouble, or a server that is starting, stopping, full or read-only.
    package var mayPass: Bool {
        switch code {
        case .server:
            switch Refusal(sqlState) {
            case .contention, .trouble: true
            case .content, .unexpected: false
            }
        case .invalidOptions, .misuse, .decoding: false
        default: true
        }
    }
}
