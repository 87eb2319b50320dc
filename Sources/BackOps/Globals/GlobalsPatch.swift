/// Records which globals an attempt set and removed; only these are written back.
///
/// Setting a key to the value that it already has is still a set: another writer may have changed it since.
package struct GlobalsPatch: Sendable, Hashable {
    package private(set) var set: [JSONValue.Key: JSONValue] = [:]
    package private(set) var unset: [JSONValue.Key] = []

    package init() {}

    package var isEmpty: Bool { self.set.isEmpty && unset.isEmpty }

    /// Reads and writes one key; setting nil removes it.
    package subscript(key: JSONValue.Key) -> JSONValue? {
        get { self.set[key] }
        set {
            unset.removeAll { $0 == key }
            self.set[key] = newValue
            if newValue == nil { unset.append(key) }
        }
    }

    /// Tells whether the patch decides about the key.
    package func covers(_ key: JSONValue.Key) -> Bool {
        set[key] != nil || unset.contains(key)
    }

    /// Refuses values that `jsonb` cannot hold.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``.
    package func validate() throws(BackOpsError) {
        for (key, value) in set { try value.validate(key: key.text) }
        for key in unset { try JSONValue.null.validate(key: key.text) }
    }

    /// `{"set": {...}, "unset": [...]}`, as the engine's functions take it.
    package var jsonText: String {
        JSONValue.object(["set": .object(set), "unset": .array(unset.map { .string($0.text) })]).description
    }

    /// Gives the document that results when the patch is applied.
    package func applied(to globals: Globals) -> Globals {
        var globals = globals
        for (key, value) in set { globals[key.text] = value }
        for key in unset { globals[key.text] = nil }
        return globals
    }

    /// Adds a later patch to this one.
    package mutating func merge(_ later: GlobalsPatch) {
        for (key, value) in later.set { self[key] = value }
        for key in later.unset { self[key] = nil }
    }
}
