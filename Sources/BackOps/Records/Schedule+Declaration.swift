extension Schedule {
    /// The schedule as `declare_schedules` takes it, without what is as usual.
    package func declaration() throws(BackOpsError) -> JSONValue {
        _ = try globals.checkedJSON()
        var members: [JSONValue.Key: JSONValue] = [
            "name": .string(name), "operation": .string(operation),
            "globals": .object(try globals.members()), "queue": .string(queue),
            "priority": .integer(Int64(priority)), "tags": .array(tags.map { .string($0) }),
            "overlap": .string(overlap.rawValue), "catch_up": .string(catchUp.word),
            "catch_up_limit": .integer(Int64(catchUp.limit)),
            "catch_up_window": catchUpWindow.secondsJSON, "jitter": jitter.secondsJSON,
        ]
        switch slots {
        case .cron(let expression, let timeZone):
            members["cron"] = .string(expression)
            members["time_zone"] = .string(timeZone)
        case .every(let interval): members["every"] = interval.secondsJSON
        }
        if let startsAt { members["starts_at"] = .string(ISO8601.text(startsAt)) }
        if let endsAt { members["ends_at"] = .string(ISO8601.text(endsAt)) }
        if let pauseAfterFailures { members["pause_after_failures"] = .integer(Int64(pauseAfterFailures)) }
        return .object(members)
    }
}
