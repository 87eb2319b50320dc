import LibPQ

/// One claim of one worker.
package struct Claim: Sendable, Hashable {
    package let operationID: Int64
    package let claimID: Int64

    package init(operationID: Int64, claimID: Int64) {
        self.operationID = operationID
        self.claimID = claimID
    }

    /// Reads the first two columns of a row, with which every answer about a claim begins.
    init(_ row: PQRow) throws(PQError) {
        self.init(operationID: try row.decode(0), claimID: try row.decode(1))
    }
}
