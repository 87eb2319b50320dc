package import LibPQ

/// What a person does to an operation: the functions of `Migrations/0007_steering.up.sql`.
///
/// Each gives one row with the operation's id, and refuses what cannot be done with a SQLSTATE of class OP.
extension Engine {
    package func retry(_ id: Int64) -> SQLStatement {
        "select id from \(unescaped: name).retry(\(id))"
    }

    /// A row for every operation that was retried.
    package func retry(_ ids: [Int64]) -> SQLStatement {
        "select id from \(unescaped: name).retry(\(ids))"
    }

    package func cancel(_ id: Int64, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).cancel(\(id), \(reason))"
    }

    /// A row for every operation that was cancelled.
    package func cancel(_ ids: [Int64], reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).cancel(\(ids), \(reason))"
    }

    package func jump(_ id: Int64, branch: String, action: String?) -> SQLStatement {
        "select id from \(unescaped: name).jump(\(id), \(branch), \(action))"
    }

    package func runFrom(_ id: Int64, branch: String, action: String?) -> SQLStatement {
        "select id from \(unescaped: name).run_from(\(id), \(branch), \(action))"
    }

    package func skip(_ id: Int64) -> SQLStatement {
        "select id from \(unescaped: name).skip(\(id))"
    }

    package func setGlobal(_ id: Int64, key: String, value: PQJSON?) -> SQLStatement {
        "select id from \(unescaped: name).set_global(\(id), \(key), \(value))"
    }
}
