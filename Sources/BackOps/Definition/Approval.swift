/// Lets an operation wait until somebody approves or rejects what it asks for, without a worker.
///
/// ```swift
/// var branches: [Branch] {
///     CheckOrder()
///     Approval(
///         "refund", role: "finance", question: "Refund {amount} of order {order}?",
///         within: .seconds(172_800), else: .branch("escalate"), as: .approval,
///         remind: .after(.seconds(86_400), RemindApprovers.self)
///     )
///     PayOut()
///
///     Branch("escalate") { AskDirector() }
/// }
///
/// extension GlobalKey<Decision> { static let approval = Self("approval") }
/// ```
///
/// What was asked, and who decided what, when and why, stays in the view `approval_status` as long as the operation is there.
/// ``BackOpsClient/decide(_:_:_:reason:decidedBy:approval:)``, the SQL function `decide`, and the command `decide` decide, once. Of a decision
/// and the end of the time exactly one wins.
public struct Approval: Plannable {
    /// The step under its name.
    public let planned: PlannedAction

    /// Asks for an approval.
    ///
    /// The step's name is "Approve" and the name of the approval; ``Plannable/named(_:)`` gives it another.
    ///
    /// - Parameters:
    ///   - name: What is to be approved: 1 to 200 characters, without "/" and control characters.
    ///   - role: Who decides: a database role, whose members do, or a role of the table `approvers`; nil is everybody who may call
    ///     `decide`.
    ///   - question: What is asked, 1 to 2000 characters. Globals that it names in braces are put in when the operation reaches the
    ///     step; secret ones are not.
    ///   - within: How long to wait at most, from when the operation reaches the step; nil is as long as it takes.
    ///   - otherwise: What happens when the time is over.
    ///   - rejected: What happens when somebody rejects it; nil is the same as when the time is over.
    ///   - key: The global that takes the decision; nil keeps that in `approval_status` alone.
    ///   - remind: What is enqueued when nobody has decided for some time.
    public init(
        _ name: String,
        role: String? = nil,
        question: String? = nil,
        within: Duration? = nil,
        else otherwise: OnTimeout = .fail,
        rejected: OnTimeout? = nil,
        as key: GlobalKey<Decision>? = nil,
        remind: ApprovalReminder? = nil
    ) {
        let step = ApprovalStep(
            name: name,
            role: role,
            question: question,
            within: within,
            otherwise: otherwise,
            rejected: rejected,
            global: key?.name,
            reminder: remind
        )
        planned = PlannedAction(name: "Approve \(name)", wait: .approval(step))
    }
}

/// What is enqueued when an approval has been pending for some time: once, while the operation goes on waiting.
///
/// The operation that reminds has the tag "approval/" and the approval's number, and one global, `approval`: an object with
/// `operation_id`, `operation`, `key`, `name`, `role`, `question` and `deadline`.
public struct ApprovalReminder: Sendable, Hashable {
    let delay: Duration
    let operation: String

    /// Enqueues an operation of a definition.
    ///
    /// - Parameters:
    ///   - delay: How long after the question: a second at the least, and less than the approval has time.
    ///   - operation: The definition.
    /// - Returns: The reminder.
    public static func after(
        _ delay: Duration,
        _ operation: (some OperationDefinition).Type
    ) -> ApprovalReminder {
        after(delay, operation: operation.name)
    }

    /// Enqueues an operation by its name.
    ///
    /// - Parameters:
    ///   - delay: How long after the question: a second at the least, and less than the approval has time.
    ///   - operation: The operation's name.
    /// - Returns: The reminder.
    public static func after(_ delay: Duration, operation: String) -> ApprovalReminder {
        ApprovalReminder(delay: delay, operation: operation)
    }
}

/// The options of an ``Approval``.
package struct ApprovalStep: Sendable, Hashable {
    package var name: String
    package var role: String?
    package var question: String?
    package var within: Duration?
    package var otherwise: OnTimeout
    /// As ``otherwise`` where it is nil.
    package var rejected: OnTimeout?
    package var global: String?
    var reminder: ApprovalReminder?

    func validate() throws(BackOpsError) {
        try NameRule.check(name, of: "an approval")
        if let role {
            let isName = (1...200).contains(role.unicodeScalars.count)
            guard isName, !role.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw .invalidConfiguration(
                    "role",
                    "must be 1 to 200 characters, without control characters."
                )
            }
        }
        if let question, !(1...2000).contains(question.unicodeScalars.count) || question.utf8.contains(0) {
            throw .invalidConfiguration("question", "must be 1 to 2000 characters.")
        }
        if let within { try StepWait.check(time: within, "within") }
        guard within != nil || otherwise == .fail else {
            throw .invalidConfiguration("else", "needs a time: within. Give one, or leave it out.")
        }
        if let global { try StepWait.check(global: global, "as") }
        if let reminder {
            try NameRule.check(reminder.operation, of: "an operation")
            guard reminder.delay >= .seconds(1) else {
                throw .invalidConfiguration("remind", "must be a second after the question at the least.")
            }
            try StepWait.check(time: reminder.delay, "remind")
            guard within.map({ reminder.delay < $0 }) ?? true else {
                throw .invalidConfiguration("remind", "must be before the time of within is over.")
            }
        }
    }
}
