import BackOps

/// The statements that show and change an operation in psql, for those who prefer to write them there.
struct SameInSQL {
    let record: OperationRecord
    let actions: [ActionRecord]
    let schema: String

    func text(_ style: Style) -> String {
        style.paint("the same in SQL", .dim) + "\n" + statements.map { "  \($0)\n" }.joined()
    }

    private var statements: [String] {
        let (id, schema) = (record.id, SQLText.identifier(schema))
        let read = [
            "SELECT * FROM \(schema).operation_status WHERE id = \(id);",
            "SELECT * FROM \(schema).action_status WHERE operation_id = \(id) ORDER BY position;",
            "SELECT * FROM \(schema).attempts WHERE operation_id = \(id) ORDER BY id;",
            "SELECT * FROM \(schema).explain(\(id));",
        ]
        let steps = NextSteps(record, actions).calls.map { "SELECT \(schema).\($0);" }
        return (read + steps).map(Sanitised.line)
    }
}

/// Writes names and texts as PostgreSQL takes them.
enum SQLText {
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    /// The name as it is where it may stand without quotes.
    static func identifier(_ name: String) -> String {
        let isPlain =
            name.utf8.first.map { $0 == UInt8(ascii: "_") || (97...122).contains($0) } == true
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (97...122).contains(byte) || (48...57).contains(byte)
            }
        return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}
