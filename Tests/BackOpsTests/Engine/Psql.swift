import LibPQ

/// Runs statements as psql does, as far as `:name` and `\gset` go.
final class Psql {
    private let connection: PQConnection
    private var variables: [String: String] = [:]

    init(_ connection: PQConnection) { self.connection = connection }

    /// Runs statements that end with `;` or `\gset`, and passes the rows of the latter on.
    func run(_ script: String, _ onRow: ([String: String]) -> Void) async throws {
        let code = script.split(separator: "\n").filter { !$0.drop(while: { $0 == " " }).hasPrefix("--") }
            .joined(separator: "\n")
        let marked = code.replacing("\\gset", with: "\\;")
        for statement in marked.split(separator: ";", omittingEmptySubsequences: true) {
            var text = String(statement).trimmingPrefix { $0.isWhitespace }[...]
            guard !text.isEmpty else { continue }
            let keeps = text.hasSuffix("\\")
            if keeps { text = text.dropLast() }
            let rows = try await connection.query(asText(substituting(String(text)), keeps))
            guard keeps else { continue }
            for row in rows {
                let values = try row.decode(0, as: PQJSON.self)
                let pairs = try await connection.query(
                    "select key, value from jsonb_each_text(\(values)) where value is not null"
                )
                let found = try Dictionary(
                    uniqueKeysWithValues: pairs.decode(as: String.self, String.self).map { ($0.0, $0.1) }
                )
                variables.merge(found) { $1 }
                onRow(found)
            }
        }
    }

    /// Rows come back as one JSON value each, whatever their columns.
    private func asText(_ text: String, _ keeps: Bool) -> SQLStatement {
        SQLStatement(unescaped: keeps ? "with row as (\(text)) select to_jsonb(row) from row" : text)
    }

    /// `:name` becomes the variable's value; `::type` stays.
    private func substituting(_ text: String) -> String {
        var result = text
        for (name, value) in variables.sorted(by: { $0.key.count > $1.key.count }) where Int64(value) != nil {
            result = result.replacing(":\(name)", with: value)
        }
        return result
    }
}
