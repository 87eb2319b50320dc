import LibPQ

extension PQRow {
    /// Reads the third column of a row, with which every answer about an outcome goes on after its claim.
    func decodeOutcome<Outcome: RawRepresentable<String>>() throws(PQError) -> Outcome {
        let word = try decode(2, as: String.self)
        guard let outcome = Outcome(rawValue: word) else {
            throw PQError(
                .decoding,
                "The database answered \"\(word)\", which this version of BackOps does not know."
            )
        }
        return outcome
    }
}
