/// Quotes names for SQL.
enum SQLIdentifier {
    /// Puts a name in double quotes, doubling those inside it.
    ///
    /// The rule is the same under every server setting, so unlike libpq's own it needs no connection.
    static func quote(_ name: String) throws(PQError) -> String {
        guard !name.isEmpty else { throw PQError(.misuse, "A name in SQL must not be empty.") }
        var quoted = "\""
        for scalar in name.unicodeScalars {
            guard scalar != "\0" else {
                throw PQError(.misuse, "A name in SQL must not contain a zero byte.")
            }
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
