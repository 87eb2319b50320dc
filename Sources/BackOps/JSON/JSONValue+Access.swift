extension JSONValue {
    /// Reads and writes a member of an object.
    ///
    /// Reading anything but an object gives nil. Writing to anything but an object replaces it with one;
    /// writing nil removes the member.
    ///
    /// - Parameter key: The member's name.
    public subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[Key(key)]
        }
        set {
            var members = objectValue ?? [:]
            members[Key(key)] = newValue
            self = .object(members)
        }
    }

    /// Reads an element of an array; nil when there is no such element, or no array.
    ///
    /// - Parameter index: The element's place, counted from 0.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text, when it is a string.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value, when it is a boolean.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The value, when it is a whole number that fits, however it is written.
    public var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let number): number.exactInteger()
        default: nil
        }
    }

    /// The nearest `Double`, when it is a number within its range.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let number): number.doubleValue
        default: nil
        }
    }

    /// The elements, when it is an array.
    public var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, when it is an object.
    public var objectValue: [Key: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// Whether it is `null`.
    public var isNull: Bool { self == .null }
}
