/// The errors in a server's log, sorted into what the faults explain and what they do not.
struct ServerLog: Sendable {
    /// The `log_line_prefix` that ``init(_:)`` reads.
    static let prefix = "%m [%p] %e "

    /// How often each SQLSTATE came at level ERROR or worse.
    private(set) var counts: [String: Int] = [:]
    /// Lines that no fault explains.
    private(set) var unexpected: [String] = []

    init(_ text: String) {
        let line =
            #/^\S+ \S+ \S+ \[\d+\] (?<state>[0-9A-Z]{5}) (?<level>ERROR|FATAL|PANIC):  (?<message>.*)$/#
        for text in text.split(separator: "\n") {
            guard let match = text.firstMatch(of: line) else { continue }
            let state = String(match.state)
            counts[state, default: 0] += 1
            if match.level == "PANIC" || !Self.isExpected(state, match.message) {
                unexpected.append(String(text))
            }
        }
    }

    private static func isExpected(_ state: String, _ message: Substring) -> Bool {
        switch state {
        // Shutdown, crash of another process, not up yet, cancelled statement.
        case "57P01", "57P02", "57P03", "57014": true
        // A worker was frozen between the completion of an action and its commit: its lease ends the session.
        case "25P03": true
        // The client went away.
        case _ where state.hasPrefix("08"): true
        // The engine's own: no such operation, wrong state, a worker whose lease has ended.
        case "OP002", "OP003", "OP006": true
        // Steering that met a change, and says that it is to be called again.
        case "40001": message.contains("was changed at the same moment")
        default: false
        }
    }

    var violations: [Violation] {
        unexpected.map { Violation("no unexpected error in the server's log", $0) }
    }
}
