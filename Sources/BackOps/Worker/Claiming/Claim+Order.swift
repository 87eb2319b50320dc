/// The order in which the engine locks operations.
extension Claim: Comparable {
    package static func < (lhs: Claim, rhs: Claim) -> Bool {
        (lhs.operationID, lhs.claimID) < (rhs.operationID, rhs.claimID)
    }
}
