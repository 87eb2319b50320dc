import LibPQ

extension RatePace {
    /// Decodes a pace of its three columns; nil where they are null.
    init?<Column: SelectList>(
        _ row: PQRow,
        count: Column,
        per: Column,
        burst: Column
    ) throws(PQError) {
        self.init(
            count: try row.intIfAny(count),
            per: try row.decode(per),
            burst: try row.intIfAny(burst)
        )
    }
}
