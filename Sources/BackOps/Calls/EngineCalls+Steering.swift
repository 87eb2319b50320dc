package import LibPQ

/// What a person does to operations: the functions of `Migrations/Engine/steering`.
///
/// Of one operation each gives one row with its id, and refuses what cannot be done with a SQLSTATE of class OP. Of many they
/// give a row for each that was changed, and leave the others out.
extension EngineCalls {
    package func retry(_ id: Int64, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).retry(\(id), \(reason.storable))"
    }

    package func retry(_ ids: [Int64], reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).retry(\(ids), \(reason.storable))"
    }

    package func cancel(_ id: Int64, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).cancel(\(id), \(reason.storable))"
    }

    package func cancel(_ ids: [Int64], reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).cancel(\(ids), \(reason.storable))"
    }

    package func jump(_ id: Int64, branch: String, action: String?, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).jump(\(id), \(branch), \(action), \(reason.storable))"
    }

    package func jump(_ ids: [Int64], branch: String, action: String?, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).jump(\(ids), \(branch), \(action), \(reason.storable))"
    }

    package func runFrom(
        _ id: Int64,
        branch: String,
        action: String?,
        reason: String? = nil
    ) -> SQLStatement {
        "select id from \(unescaped: name).run_from(\(id), \(branch), \(action), \(reason.storable))"
    }

    package func runFrom(_ ids: [Int64], branch: String, action: String?, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).run_from(\(ids), \(branch), \(action), \(reason.storable))"
    }

    package func skip(_ id: Int64, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).skip(\(id), \(reason.storable))"
    }

    package func skip(_ ids: [Int64], reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).skip(\(ids), \(reason.storable))"
    }

    package func setGlobal(_ id: Int64, key: String, value: PQJSON?, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).set_global(\(id), \(key), \(value), \(reason.storable))"
    }

    package func setGlobal(_ ids: [Int64], key: String, value: PQJSON?, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).set_global(\(ids), \(key), \(value), \(reason.storable))"
    }

    package func reschedule(_ id: Int64, at time: When, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).reschedule(\(id), \(moment(time)), \(reason.storable))"
    }

    package func reschedule(_ ids: [Int64], at time: When, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).reschedule(\(ids), \(moment(time)), \(reason.storable))"
    }

    /// One row with the id of the new operation.
    package func rerun(_ id: Int64, reason: String?) -> SQLStatement {
        "select \(unescaped: name).rerun(\(id), \(reason.storable))"
    }

    /// A row with the id of every new operation, in the order of the old ones' ids.
    package func rerun(_ ids: [Int64], reason: String?) -> SQLStatement {
        "select \(unescaped: name).rerun(\(ids), \(reason.storable))"
    }

    private func moment(_ time: When) -> SQLStatement {
        switch time {
        case .now: "\(unescaped: name).clock_now()"
        case .at(let date): "\(date)"
        case .in(let duration): "\(unescaped: name).clock_now() + \(duration)"
        }
    }
}
