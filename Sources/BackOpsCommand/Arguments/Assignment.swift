import BackOps

/// A global on the command line: `key=text`, or `key:=json`.
struct Assignment: Hashable, Sendable {
    let key: String
    let value: JSONValue

    init(key: String, value: JSONValue) { (self.key, self.value) = (key, value) }

    /// The assignment as it is written, quoted for a shell.
    var text: String {
        if case .string(let text) = value { return ShellWord.quoted("\(key)=\(text)") }
        return ShellWord.quoted("\(key):=\(value)")
    }

    /// The number that a text looks like, or the text that a number does; nil for everything else.
    var otherReading: Assignment? {
        switch value {
        case .string(let text):
            guard let json = try? JSONValue(parsing: text), json.objectValue == nil, json.arrayValue == nil,
                json.stringValue == nil
            else { return nil }
            return Assignment(key: key, value: json)
        case .object, .array: return nil
        default: return Assignment(key: key, value: .string(value.description))
        }
    }

    /// Reads an assignment; the first "=" divides it.
    ///
    /// - Throws: ``ArgumentError`` that shows what would do.
    init(_ text: String) throws(ArgumentError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw ArgumentError("\"\(text)\" is no assignment: write key=text or key:=json.")
        }
        let right = String(text[text.index(after: equals)...])
        var left = text[..<equals]
        let isJSON = left.last == ":"
        if isJSON { left.removeLast() }
        guard !left.isEmpty else {
            throw ArgumentError("\"\(text)\" has no key: write key=text or key:=json.")
        }
        key = String(left)
        value = isJSON ? try Self.json(right, key: key) : .string(right)
    }

    private static func json(_ text: String, key: String) throws(ArgumentError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw ArgumentError(
                "The value of \(key) is not JSON (\(error.message)) Write \(key)=… for text, or quote it: \(key):='\"…\"'."
            )
        }
    }

    /// Puts assignments together.
    ///
    /// - Throws: ``ArgumentError`` when a key is given twice.
    static func document(_ assignments: [Assignment]) throws(ArgumentError) -> [JSONValue.Key: JSONValue] {
        var document: [JSONValue.Key: JSONValue] = [:]
        for assignment in assignments
        where document.updateValue(assignment.value, forKey: JSONValue.Key(assignment.key)) != nil {
            throw ArgumentError("The key \(assignment.key) is given twice.")
        }
        return document
    }
}
