extension BackOpsError {
    /// Reports a jump to something that the operation does not have.
    ///
    /// - Parameters:
    ///   - target: The branch, or "branch/action", that was asked for.
    ///   - known: What can be jumped to instead.
    /// - Returns: An error with ``Code/unknownJumpTarget``.
    package static func unknownJumpTarget(_ target: String, known: [String]) -> BackOpsError {
        let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
        return BackOpsError(
            .unknownJumpTarget,
            subject: target,
            message:
                "There is no \"\(target)\" to jump to. This operation has \(list.isEmpty ? "nothing" : list)."
        )
    }

    /// Reports the use of a context whose action has ended.
    ///
    /// - Parameter use: What was tried, such as "jump(to:)".
    /// - Returns: An error with ``Code/actionEnded``.
    package static func actionEnded(_ use: String) -> BackOpsError {
        BackOpsError(
            .actionEnded,
            subject: use,
            message: "\(use) was called after its action had ended, so it can have no effect."
        )
    }

    /// Reports an operation that completed too many actions.
    ///
    /// - Parameter limit: The number of completed actions that it was allowed.
    /// - Returns: An error with ``Code/stepLimit``.
    package static func stepLimit(_ limit: Int) -> BackOpsError {
        BackOpsError(
            .stepLimit,
            message:
                "The operation reached its limit of \(limit) steps. Does an action always jump backwards?"
        )
    }

    /// Reports something that took longer than allowed.
    ///
    /// - Parameters:
    ///   - subject: What took too long.
    ///   - limit: How long it was allowed to take.
    /// - Returns: An error with ``Code/timedOut``.
    package static func timedOut(_ subject: String, after limit: Duration) -> BackOpsError {
        BackOpsError(.timedOut, subject: subject, message: "\(subject) did not finish within \(limit).")
    }

    /// Reports a plan that cannot be run.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - reason: What is wrong and what to do, as whole sentences.
    /// - Returns: An error with ``Code/invalidPlan``.
    package static func invalidPlan(_ operation: String, _ reason: String) -> BackOpsError {
        BackOpsError(.invalidPlan, subject: operation, message: "\(operation): \(reason)")
    }

    /// Reports a name that cannot be used.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - reason: What is wrong and what to do, as whole sentences.
    /// - Returns: An error with ``Code/invalidName``.
    package static func invalidName(_ name: String, _ reason: String) -> BackOpsError {
        BackOpsError(.invalidName, subject: name, message: reason)
    }

    /// Reports two definitions of one name.
    ///
    /// - Parameter name: The name, current or former, that both claim.
    /// - Returns: An error with ``Code/duplicateDefinition``.
    package static func duplicateDefinition(_ name: String) -> BackOpsError {
        BackOpsError(
            .duplicateDefinition,
            subject: name,
            message: "Two definitions are called \"\(name)\". Give one of them another `static let name`."
        )
    }

    /// Reports a setting that is out of its range.
    ///
    /// - Parameters:
    ///   - field: The setting's name.
    ///   - reason: What it must be, completing a sentence that starts with the name.
    /// - Returns: An error with ``Code/invalidConfiguration``.
    package static func invalidConfiguration(_ field: String, _ reason: String) -> BackOpsError {
        BackOpsError(.invalidConfiguration, subject: field, message: "\(field) \(reason)")
    }
}
