extension DevPostgres {
    /// The superuser of every private server.
    ///
    /// It has no password.
    public static let user = "postgres"

    /// Writes what libpq needs to connect: `host=… port=… user=postgres dbname=…`, quoted where necessary.
    ///
    /// - Parameter database: The database's name.
    /// - Returns: A connection string of keywords and values.
    public func connectionString(database: String = "postgres") -> String {
        let values = [
            ("host", socketDirectory), ("port", "\(port)"), ("user", Self.user), ("dbname", database),
        ]
        return values.map { "\($0)=\(ConnectionText.quoted($1))" }.joined(separator: " ")
    }

    /// Writes the same as a URL, such as `postgresql://postgres@%2Ftmp%2Fdb:5432/postgres`, as
    /// `BACKOPS_DATABASE_URL` takes it.
    ///
    /// - Parameter database: The database's name.
    /// - Returns: A URL with everything percent-encoded that needs it.
    public func url(database: String = "postgres") -> String {
        let host = ConnectionText.percentEncoded(socketDirectory)
        return "postgresql://\(Self.user)@\(host):\(port)/\(ConnectionText.percentEncoded(database))"
    }
}

/// The two notations of connection parameters.
///
/// See <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>.
package enum ConnectionText {
    /// A value of `keyword=value`, in quotes unless it is plain.
    package static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { isUnreserved($0) || $0 == "/" }
        if isPlain { return value }
        let escaped = value.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "'" + String(escaped) + "'"
    }

    /// A part of a URL, with everything but letters, digits and `-._~` as `%XX`.
    package static func percentEncoded(_ value: String) -> String {
        value.utf8.reduce(into: "") { text, byte in
            let scalar = Unicode.Scalar(byte)
            if isUnreserved(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
    }

    private static func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
        default: false
        }
    }
}
