extension SQLStatement {
    /// Appends a statement, whose values are numbered after those of this one.
    ///
    /// - Parameters:
    ///   - whole: The statement that grows.
    ///   - part: What it grows by.
    public static func += (whole: inout SQLStatement, part: SQLStatement) {
        let text = Array(part.text.utf8)
        var copied = 0
        for (index, slot) in part.slots.enumerated() {
            whole.shape.text += String(decoding: text[copied..<slot.place], as: UTF8.self)
            copied = slot.place + 1 + String(index + 1).utf8.count
            whole.adopt(slot, part.shape.typeOIDs[index], of: part)
        }
        whole.shape.text += String(decoding: text[copied...], as: UTF8.self)
        whole.defect = whole.defect ?? part.defect
    }

    private mutating func adopt(_ slot: Slot, _ typeOID: UInt32, of part: SQLStatement) {
        var adopted = slot
        adopted.offset = bytes.count
        adopted.place = shape.text.utf8.count
        bytes += part.bytes[slot.offset..<slot.offset + slot.length]
        slots.append(adopted)
        shape.typeOIDs.append(typeOID)
        shape.text += "$\(slots.count)"
    }
}

extension SQLStatement.StringInterpolation {
    /// Inserts another statement with its values.
    public mutating func appendInterpolation(_ part: SQLStatement) {
        statement += part
    }
}
