/// An operation's globals: the JSON document that its actions share.
///
/// Written as a literal, `["subscription_id": 42]`, or through typed keys, `$0[.subscriptionID] = 42`.
/// Globals that come from the database stay text until something asks for a value.
public struct Globals: Sendable {
    private enum Store: Sendable {
        case members([JSONValue.Key: JSONValue])
        case text(LazyDocument)
    }

    private var store: Store

    /// The first value that could not be set; ``checkedJSON()`` throws it, because a subscript cannot.
    private var refusal: BackOpsError?

    /// Makes an empty document.
    public init() { store = .members([:]) }

    /// Makes a document of values by key.
    ///
    /// - Parameter members: The values.
    public init(_ members: [JSONValue.Key: JSONValue]) { store = .members(members) }

    /// Makes a document of values by key; of keys that are equal for Swift there is one.
    ///
    /// - Parameter members: The values.
    @_disfavoredOverload
    public init(_ members: [String: JSONValue]) {
        self.init(Dictionary(uniqueKeysWithValues: members.map { (JSONValue.Key($0.key), $0.value) }))
    }

    /// Takes a document's text without reading it.
    ///
    /// - Parameter text: A JSON object in UTF-8; when it is not one, ``members()``, ``require(_:)`` and ``decoded(as:)`` throw, and
    ///   subscripts give nil.
    public init(text: [UInt8]) { store = .text(LazyDocument(text)) }

    /// Reads the document.
    ///
    /// - Returns: The values by key.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` when it is not a JSON object.
    public func members() throws(BackOpsError) -> [JSONValue.Key: JSONValue] {
        switch store {
        case .members(let members): members
        case .text(let document): try document.members()
        }
    }

    /// The document's text in UTF-8, as it came, or written again where it was changed.
    public var utf8: [UInt8] {
        switch store {
        case .members(let members): JSONValue.object(members).utf8
        case .text(let document): document.text
        }
    }

    /// The document's text for the database.
    ///
    /// - Returns: A JSON object in UTF-8.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` when a value was set that JSON or
    ///   `jsonb` cannot hold. Text that came from the database is not checked again.
    package func checkedJSON() throws(BackOpsError) -> [UInt8] {
        if let refusal { throw refusal }
        if case .members(let members) = store {
            for (key, value) in members { try value.validate(key: key.text) }
        }
        return utf8
    }
}

extension Globals {
    /// Reads and writes a global of any type; nil when it is not set, and setting nil removes it.
    ///
    /// Of a document that cannot be read (``members()`` says why), everything is nil, and setting a value changes nothing but that the
    /// globals are refused where they are to be stored: nothing that is in it gets lost.
    ///
    /// - Parameter key: The global's key.
    public subscript(key: String) -> JSONValue? {
        get { readable[JSONValue.Key(key)] }
        set {
            do {
                var members = try members()
                members[JSONValue.Key(key)] = newValue
                store = .members(members)
            } catch {
                refusal = refusal ?? error
            }
        }
    }

    /// Reads and writes a global of the key's type.
    ///
    /// Reading gives nil when it is not set, is null, or is of another type (``require(_:)`` tells these
    /// apart). Setting nil removes it. A value that JSON cannot hold, such as an infinite `Double`, is
    /// reported when the globals are stored.
    ///
    /// - Parameter key: The global's key.
    @_disfavoredOverload
    public subscript<Value: Codable & Sendable>(key: GlobalKey<Value>) -> Value? {
        get {
            do {
                return try key.value(readable[JSONValue.Key(key.name)])
            } catch {
                return nil
            }
        }
        set {
            do {
                self[key.name] = try newValue.map { value throws(BackOpsError) in try key.json(value) }
            } catch {
                refusal = refusal ?? error
            }
        }
    }

    /// Reads a global that must be set.
    ///
    /// - Parameter key: The global's key.
    /// - Returns: Its value.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/missingGlobal``,
    ///   ``BackOpsError/Code/globalTypeMismatch`` or, for an unreadable document,
    ///   ``BackOpsError/Code/invalidGlobals``.
    public func require<Value: Codable & Sendable>(_ key: GlobalKey<Value>) throws(BackOpsError) -> Value {
        guard let value = try key.value(try members()[JSONValue.Key(key.name)]) else {
            throw .missingGlobal(key.name)
        }
        return value
    }

    /// Reads the whole document as one value.
    ///
    /// - Parameter type: A type whose properties are called as the globals.
    /// - Returns: The value.
    /// - Throws: ``BackOpsError`` as ``require(_:)``.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws(BackOpsError) -> Value {
        let document = JSONValue.object(try members())
        do {
            return try document.decoded(as: type)
        } catch {
            throw .undecodable(nil, error, as: type, found: document)
        }
    }

    /// The values, or none when the document cannot be read.
    private var readable: [JSONValue.Key: JSONValue] {
        do {
            return try members()
        } catch {
            return [:]
        }
    }
}

extension Globals: ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// Makes a document of a literal; of a key that occurs twice, the last value counts.
    public init(dictionaryLiteral elements: (JSONValue.Key, JSONValue)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
    }

    /// The document as JSON text.
    public var description: String { String(decoding: utf8, as: UTF8.self) }
}
