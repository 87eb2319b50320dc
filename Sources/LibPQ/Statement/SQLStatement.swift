/// One SQL statement and the values bound to it.
///
/// Interpolated values never become part of the text: they are sent apart from it, in binary form.
///
/// ```swift
/// let statement: SQLStatement = "select name from users where id = \(id)"   // … where id = $1
/// ```
///
/// A `String` is sent as `text`. Where the server wants another type, say so in SQL: `\(day)::date`.
public struct SQLStatement: Sendable {
    /// Identifies a statement that can be prepared once: its text and its parameters' types.
    struct Shape: Hashable, Sendable {
        var text: String
        var typeOIDs: [UInt32]

        /// By bytes: texts that Swift takes for equal, because they look the same, are two statements for the server.
        static func == (lhs: Shape, rhs: Shape) -> Bool {
            lhs.typeOIDs == rhs.typeOIDs && lhs.text.utf8.elementsEqual(rhs.text.utf8)
        }
    }

    /// Where a parameter's bytes lie in ``bytes``.
    struct Slot: Sendable {
        var offset: Int
        var length: Int
        var isNull: Bool
        /// Where the `$` of its number stands in the text, in UTF-8 bytes.
        var place: Int
    }

    /// One bound value as it is sent.
    public struct Parameter: Sendable, Hashable {
        /// The OID of the type; 0 leaves it to the server.
        public let typeOID: UInt32
        /// The binary form; nil is NULL.
        public let bytes: [UInt8]?
    }

    var shape: Shape
    var slots: [Slot] = []
    var bytes: [UInt8] = []
    /// Why this statement must not be sent, if a name in it was unfit.
    var defect: String?

    /// Makes a statement of the text as it is, with no values bound.
    ///
    /// - Parameter text: SQL that this program wrote; never put values from elsewhere into it.
    public init(unescaped text: String) {
        shape = Shape(text: text, typeOIDs: [])
    }

    /// The text with `$1`, `$2`, … in place of the values.
    public var text: String { shape.text }

    /// The bound values in order.
    public var parameters: [Parameter] {
        zip(shape.typeOIDs, slots).map { typeOID, slot in
            let value = slot.isNull ? nil : Array(bytes[slot.offset..<slot.offset + slot.length])
            return Parameter(typeOID: typeOID, bytes: value)
        }
    }

    /// Appends one more value: its number to the text, its bytes to the others.
    mutating func bind<Value: PQEncodable>(_ value: Value) {
        let offset = bytes.count
        let isNull = value.isSQLNull
        if !isNull { value.encode(into: &bytes) }
        let place = shape.text.utf8.count
        slots.append(Slot(offset: offset, length: bytes.count - offset, isNull: isNull, place: place))
        shape.typeOIDs.append(Value.typeOID)
        shape.text += "$"
        shape.text += String(slots.count)
    }
}

extension SQLStatement: CustomStringConvertible, CustomReflectable {
    /// The text, without the values.
    public var description: String { text }

    /// For `dump`, the text without the values.
    public var customMirror: Mirror {
        Mirror(self, children: ["text": text], displayStyle: .struct)
    }
}
