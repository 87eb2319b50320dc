/// Takes the SQLSTATE out of libpq's verbose message about a connection that was refused.
///
/// The message reads `connection to server … failed: FATAL:  3D000: database "x" does not exist`, with a line
/// `LOCATION:` below; the words are translated, the places of the colons are not.
enum ConnectMessage {
    static func parse(_ text: String) -> (message: String, state: SQLState?) {
        var state: SQLState?
        let lines = text.split(separator: "\n")
            .filter { !$0.hasPrefix("LOCATION:") }
            .map { line in
                guard let (rest, found) = splitState(line) else { return String(line) }
                state = found
                return rest
            }
        return (lines.map(\.trimmed).joined(separator: "; "), state)
    }

    private static func splitState(_ line: Substring) -> (String, SQLState)? {
        var start = line.startIndex
        while let colon = line[start...].firstIndex(of: ":") {
            let rest = line[line.index(after: colon)...].drop { $0 == " " }
            let code = rest.prefix(5)
            let after = rest.dropFirst(5)
            if code.utf8.count == 5, code.utf8.allSatisfy(isStateByte), code.contains(where: \.isNumber),
                after.hasPrefix(": ")
            {
                return (line[...colon] + " " + after.dropFirst(2), SQLState(String(code)))
            }
            start = line.index(after: colon)
        }
        return nil
    }

    private static func isStateByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
