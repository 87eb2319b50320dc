package import LibPQ

/// What a person does to operations: the functions of `Migrations/Engine/steering`.
///
/// Of one operation each gives one row with its id, and refuses what cannot be done with a SQLSTATE of class OP. Of many they
/// give a row for each that was changed, and leave the others out. The type of the argument says which.
extension EngineCalls {
    package func retry(_ target: some SteeringTarget, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).retry(\(target), \(reason.storable))"
    }

    package func cancel(_ target: some SteeringTarget, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).cancel(\(target), \(reason.storable))"
    }

    package func jump(
        _ target: some SteeringTarget,
        branch: String,
        action: String?,
        reason: String? = nil
    ) -> SQLStatement {
        "select id from \(unescaped: name).jump(\(target), \(branch), \(action), \(reason.storable))"
    }

    package func runFrom(
        _ target: some SteeringTarget,
        branch: String,
        action: String?,
        reason: String? = nil
    ) -> SQLStatement {
        "select id from \(unescaped: name).run_from(\(target), \(branch), \(action), \(reason.storable))"
    }

    package func skip(_ target: some SteeringTarget, reason: String? = nil) -> SQLStatement {
        "select id from \(unescaped: name).skip(\(target), \(reason.storable))"
    }

    package func setGlobal(
        _ target: some SteeringTarget,
        key: String,
        value: PQJSON?,
        reason: String? = nil
    ) -> SQLStatement {
        "select id from \(unescaped: name).set_global(\(target), \(key), \(value), \(reason.storable))"
    }

    package func reschedule(_ target: some SteeringTarget, at time: When, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).reschedule(\(target), \(moment(time)), \(reason.storable))"
    }

    /// A row with the id of every new operation, in the order of the old ones' ids.
    package func rerun(_ target: some SteeringTarget, reason: String?) -> SQLStatement {
        "select \(unescaped: name).rerun(\(target), \(reason.storable))"
    }

    func moment(_ time: When) -> SQLStatement {
        switch time {
        case .now: "\(unescaped: name).clock_now()"
        case .at(let date): "\(date)"
        case .in(let duration): "\(unescaped: name).clock_now() + \(duration)"
        }
    }
}

/// One operation, by its number, or many.
package protocol SteeringTarget: PQEncodable {}

extension Int64: SteeringTarget {}
extension [Int64]: SteeringTarget {}
