package import LibPQ

/// What went wrong, why something does not move, and who did what about it.
extension Engine {
    /// Zero to `limit` rows of ``FailureGroup``.
    package func failures(limit: Int) -> SQLStatement {
        """
        select operation, action, error_type, fingerprint, count, capped, first_at, last_at, example_id, example_message
          from \(unescaped: name).failures
         order by last_at desc
         limit \(Int64(limit))
        """
    }

    /// One or more rows of ``Explanation``.
    package func explain(_ id: Int64) -> SQLStatement {
        "select reason, detail, advice, worker_id, since, until from \(unescaped: name).explain(\(id))"
    }

    /// Zero to `limit` rows of ``AuditEntry``.
    package func audit(of id: Int64?, before entry: Int64? = nil, limit: Int) -> SQLStatement {
        var statement: SQLStatement =
            "select id, at, who, action, operation_ids, reason, details from \(unescaped: name).audit where true"
        if let id { statement += " and operation_ids @> array[\(id)]" }
        if let entry { statement += " and id < \(entry)" }
        statement += " order by id desc limit \(Int64(limit))"
        return statement
    }
}

extension FailureGroup {
    init(_ row: PQRow) throws(PQError) {
        operation = try row.decode(0)
        action = try row.decode(1)
        errorType = try row.decode(2)
        fingerprint = try row.decode(3)
        count = try row.decode(4)
        isCapped = try row.decode(5)
        firstAt = try row.time(6)
        lastAt = try row.time(7)
        exampleID = try row.decode(8)
        exampleMessage = try row.decode(9)
    }
}

extension Explanation {
    init(_ row: PQRow) throws(PQError) {
        reason = try row.decode(0)
        detail = try row.decode(1)
        advice = try row.decode(2)
        workerID = try row.decode(3)
        since = try row.timeIfAny(4)
        // A pause without an end lasts until infinity.
        until = try row.decode(5, as: PQTimestamp?.self)?.date
    }
}

extension AuditEntry {
    init(_ row: PQRow) throws {
        id = try row.decode(0)
        at = try row.time(1)
        who = try row.decode(2)
        action = try row.decode(3)
        operationIDs = try row.decode(4)
        reason = try row.decode(5)
        details = try row.document(6)
    }
}
