import BackOps

/// Gives money back, once somebody of the finance department says so: in two days, or their director decides.
public struct Refund: OperationDefinition {
    let provider: any PaymentProvider

    /// Makes a definition.
    ///
    /// - Parameter provider: Who gives the money back.
    public init(provider: any PaymentProvider) { self.provider = provider }

    /// The plan: main, where the approval is, leads to one of two branches.
    public var branches: [Branch] {
        Approval(
            "refund",
            role: "finance",
            question: "Refund {cents} cents of order {order} to {customer}?",
            within: .seconds(172_800),
            else: .branch(.late),
            rejected: .goOn,
            as: .decision
        )
        FollowDecision().mayJump(to: .accepted, .refused)

        Branch(.late) {
            Approval("late refund", role: "director", rejected: .goOn, as: .decision)
        }
        Branch(.accepted) {
            PayBack(provider: provider).withinLimitsOfProvider()
            Do("SendCreditNote") { _ in }
        }
        Branch(.refused) {
            Do("SendRefusal") { _ in }
        }
    }
}

struct FollowDecision: Action {
    func run(_ context: ActionContext) async throws {
        let decision = try context.require(.decision)
        try context.jump(to: decision.verdict == .approved ? .accepted : .refused)
    }
}

struct PayBack: Action {
    let provider: any PaymentProvider

    func run(_ context: ActionContext) async throws {
        try await heedingProvider {
            try await provider.refund(
                cents: context.require(.cents),
                of: context.require(.payment),
                key: context.idempotencyKey
            )
        }
    }
}

extension BranchName {
    static let late: Self = "late"
    static let accepted: Self = "accepted"
    static let refused: Self = "refused"
}
