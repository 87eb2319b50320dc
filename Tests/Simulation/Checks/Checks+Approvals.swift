import EngineModel

extension Checks {
    /// Somebody decides, and is told that it counts: the first one, and of what he saw.
    func isDecided(_ operation: Int, _ place: Int, isApproved: Bool) {
        let decision: ModelApproval.Decision = isApproved ? .approved : .rejected
        let key = DecidedApproval(operation: operation, place: place, epoch: epoch)
        if approvalsDecided.updateValue(decision, forKey: key) != nil {
            violate("approval \(place) of operation \(operation) is decided twice")
        }
    }

    /// What people were told is what the operations went by, and nothing else is.
    func everyDecisionTookEffect() {
        for operation in operations {
            for (place, approval) in operation.approvals.enumerated() {
                let key = DecidedApproval(operation: operation.id, place: place, epoch: epoch)
                let told = approvalsDecided[key]
                if let told, told != approval.decision {
                    violate(
                        "approval \(place) of operation \(operation.id) was decided as \(told), and is \(approval.decision?.rawValue ?? "pending")"
                    )
                }
                let isDecided = [.approved, .rejected].contains(approval.decision)
                if epoch == 0, isDecided, told == nil {
                    violate("approval \(place) of operation \(operation.id) is decided, and nobody has")
                }
                if approval.isPending {
                    violate("approval \(place) of operation \(operation.id) is still pending")
                }
            }
        }
    }
}
