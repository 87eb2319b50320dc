/// A rate as a plan has it.
package struct PlannedRate: Sendable, Hashable {
    package var name: String
    /// Nil where another plan, or somebody, says it.
    package var pace: RatePace?
    /// The global by whose values starts are counted.
    package var key: String?
    /// For how many starts one counts.
    package var weight = 1

    package init(name: String, pace: RatePace? = nil, key: String? = nil, weight: Int = 1) {
        self.name = name
        self.pace = pace
        self.key = key
        self.weight = weight
    }

    /// Checks every part of it.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` or ``BackOpsError/Code/invalidName``.
    func validate() throws(BackOpsError) {
        try NameRule.check(name, of: "a rate")
        func check(_ number: Int, _ option: String) throws(BackOpsError) {
            guard (1...1_000_000).contains(number) else {
                throw refusal("\(option) must be 1 to 1,000,000, not \(number)")
            }
        }
        if let pace {
            try check(pace.count, "count")
            try check(pace.burst, "burst")
            guard (.milliseconds(1)...RetryPolicy.longestDelay).contains(pace.per) else {
                throw refusal("per must be a millisecond to 365 days, not \(pace.per)")
            }
        }
        try check(weight, "weight")
        if let key { try StepWait.check(global: key, "rate \"\(name)\": by") }
    }

    /// The rate in a few words: `stripe 100 per 1s, burst 10, by customer, weight 2`.
    package var words: String {
        let parts = [pace?.description, key.map { "by \($0)" }, weight > 1 ? "weight \(weight)" : nil]
        let told = parts.compactMap(\.self).joined(separator: ", ")
        return told.isEmpty ? name : "\(name) \(told)"
    }

    private func refusal(_ reason: String) -> BackOpsError {
        .invalidConfiguration("rate", "\"\(name)\": \(reason).")
    }
}

extension PlannedRate {
    /// The rate as the SQL engine takes it.
    package var json: JSONValue {
        var json: [JSONValue.Key: JSONValue] = ["name": .string(name)]
        if let pace {
            json["count"] = .integer(Int64(pace.count))
            json["per"] = pace.per.secondsJSON
            if pace.burst != 1 { json["burst"] = .integer(Int64(pace.burst)) }
        }
        json["by"] = key.map(JSONValue.string)
        if weight != 1 { json["weight"] = .integer(Int64(weight)) }
        return json.count == 1 ? .string(name) : .object(json)
    }

    /// Reads a rate.
    ///
    /// - Parameter json: A name, or an object with known options only.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    package init(json: JSONValue) throws(BackOpsError) {
        if let name = json.stringValue {
            self.init(name: name)
            return
        }
        guard let members = json.objectValue, let name = members["name"]?.stringValue else {
            throw .invalidConfiguration(
                "rate",
                "must have a name: {\"name\": \"stripe\", \"count\": 100, \"per\": 1}."
            )
        }
        self.init(name: name)
        var (count, per, burst): (Int?, Duration?, Int?) = (nil, nil, nil)
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
            func read<Value>(_ rule: String, _ value: Value?) throws(BackOpsError) -> Value {
                guard let value else { throw refusal("\(key.text) must be \(rule)") }
                return value
            }
            func number() throws(BackOpsError) -> Int {
                try read(
                    "a whole number, 1 to 1,000,000",
                    value.integerValue.flatMap(Int.init(exactly:))
                )
            }
            switch key.text {
            case "name": break
            case "count": count = try number()
            case "per": per = try read("a number of seconds", Duration(secondsJSON: value))
            case "burst": burst = try number()
            case "by": self.key = try read("the name of a global", value.stringValue)
            case "weight": weight = try number()
            default:
                throw refusal("\(key.text) is not an option. There are name, count, per, burst, by, weight")
            }
        }
        switch (count, per) {
        case (let count?, let per?): pace = RatePace(count: count, per: per, burst: burst ?? 1)
        case (.some, nil): throw refusal("count needs per")
        case (nil, .some): throw refusal("per needs count")
        case (nil, nil):
            guard burst == nil else { throw refusal("burst needs count") }
        }
    }
}
