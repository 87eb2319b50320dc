import EngineModel

extension ModelCommand {
    /// A call about rates.
    func rateSQL(_ names: Names) -> String {
        switch self {
        case .setRate(let name, let pace):
            Self.rate(
                "set_rate('\(name)', \(pace.map { "\($0.count), '\($0.per) seconds', \($0.burst)" } ?? "null"))"
            )
        case .resetRate(let name): Self.rate("reset_rate('\(name)')")
        case .consume(let name, let count, let key):
            "select date_part('epoch', consume('\(name)', \(count), \(Self.quoted(key))))::text"
        case .closeRate(let name, let seconds, let key):
            "select close_rate('\(name)', \(seconds.map(Self.time) ?? "null"), \(Self.quoted(key)))::text"
        case .backOff(let name, let seconds, let operation):
            "select back_off(\(names.operation(operation)), '\(name)', \(Self.time(seconds)))::text"
        default: "select null"
        }
    }

    private static func rate(_ call: String) -> String {
        rows(["name", "count", "per", "burst", "declared_count"], of: call)
    }

    private static func time(_ seconds: Int) -> String { "clock_now() + interval '\(seconds) seconds'" }

    private static func quoted(_ text: String?) -> String { text.map { "'\($0)'" } ?? "null" }
}
