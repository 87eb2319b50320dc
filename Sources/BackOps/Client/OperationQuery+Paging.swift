import LibPQ

extension OperationQuery: AsyncSequence {
    /// One operation after the other, newest first unless the query has another order.
    public typealias Element = OperationRecord

    /// Makes an iterator, which reads pages of 200 by keyset: what is enqueued meanwhile neither shifts nor repeats them.
    public func makeAsyncIterator() -> Iterator {
        Iterator(query: self)
    }

    /// Reads page after page.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let query: OperationQuery
        private var page: ArraySlice<OperationRecord> = []
        private var last: Int64?
        private var isAtEnd = false

        private static let pageSize = 200

        fileprivate init(query: OperationQuery) {
            self.query = query
            last = query.filter.after
        }

        /// Reads the next operation.
        ///
        /// - Returns: The operation; nil after the last one.
        /// - Throws: ``BackOpsError``.
        public mutating func next() async throws -> OperationRecord? {
            if page.isEmpty, !isAtEnd {
                let records = try await query.page(after: last, limit: Self.pageSize)
                page = records[...]
                last = records.last?.id
                isAtEnd = records.count < Self.pageSize
            }
            return page.popFirst()
        }
    }
}

extension OperationQuery {
    /// Applies a bulk statement to every matching operation, smallest id first.
    func steerAll(_ statement: ([Int64]) -> SQLStatement) async throws -> [Int64] {
        if let refusal { throw refusal }
        var last = Int64.min
        var changed: [Int64] = []
        while true {
            let ids = try await read { client.engine.ids(filter, after: last, limit: 1000, by: $0) }
                .read { try $0.decode(0, as: Int64.self) }
            guard let end = ids.last else { return changed }
            last = end
            changed += try await client.call(statement(ids)).read { try $0.decode(0, as: Int64.self) }
        }
    }
}
