extension GlobalKey {
    /// Turns a value into what is stored under the key.
    ///
    /// - Parameter value: The value.
    /// - Returns: Its JSON, which `jsonb` can hold.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` when JSON cannot hold it.
    package func json(_ value: Value) throws(BackOpsError) -> JSONValue {
        try JSONValue(storable: value, key: name)
    }

    /// Reads what is stored under the key.
    ///
    /// - Parameter json: What is stored; null and nothing are the same, unless the value can be null itself.
    /// - Returns: The value, or nil when there is none.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/globalTypeMismatch``, with the path to it.
    package func value(_ json: JSONValue?) throws(BackOpsError) -> Value? {
        guard let json else { return nil }
        do {
            return try json.decoded(as: Value.self)
        } catch {
            if json.isNull { return nil }
            throw .undecodable(name, error, as: Value.self, found: json)
        }
    }
}

extension JSONValue {
    /// Turns a value into what `jsonb` can hold.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` when JSON cannot hold it, naming the key.
    init(storable value: any Encodable, key: String) throws(BackOpsError) {
        do {
            self = try JSONValue(encoding: value)
        } catch EncodingError.invalidValue(_, let context) {
            throw .invalidGlobals(key, context.debugDescription)
        } catch {
            throw .invalidGlobals(key, "\(error)", underlying: error)
        }
        try validate(key: key)
    }
}

extension BackOpsError {
    /// Puts what a `Decodable` type threw into the words of a type mismatch.
    static func undecodable(
        _ name: String?,
        _ error: any Error,
        as type: Any.Type,
        found: JSONValue
    ) -> BackOpsError {
        guard let error = error as? DecodingError else {
            var mismatch = globalTypeMismatch(
                name ?? "globals",
                expected: "\(type)",
                found: found.kindDescription
            )
            mismatch.underlying = error
            return mismatch
        }
        let (expected, path): (Any.Type, [any CodingKey]) =
            switch error {
            case .typeMismatch(let expected, let context): (expected, context.codingPath)
            case .valueNotFound(let expected, let context): (expected, context.codingPath)
            case .keyNotFound(let key, let context): (type, context.codingPath + [key])
            case .dataCorrupted(let context): (type, context.codingPath)
            @unknown default: (type, [])
            }
        let names = (name.map { [$0] } ?? []) + path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        let place = names.joined(separator: ".").replacing(".[", with: "[")
        if case .keyNotFound = error { return missingGlobal(place) }
        let value = path.reduce(Optional(found)) { json, key in
            key.intValue.map { json?[$0] } ?? json?[key.stringValue]
        }
        var mismatch = globalTypeMismatch(
            place,
            expected: "\(expected)",
            found: (value ?? .null).kindDescription
        )
        mismatch.underlying = error
        return mismatch
    }
}
