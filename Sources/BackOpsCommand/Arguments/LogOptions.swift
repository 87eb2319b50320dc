import ArgumentParser
import Logging

/// What a worker says on standard error.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log-level"),
        help:
            "Log nothing less urgent than this: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")) (default: info).",
        completion: .list(Logger.Level.allCases.map(\.rawValue)),
        transform: Self.level
    )
    var level = Logger.Level.info

    @Option(name: .customLong("log-format"), help: "Write lines for people or for machines.")
    var format = LineLogHandler.Format.text

    private static func level(_ text: String) throws(ArgumentError) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else { throw ArgumentError("There is no such level.") }
        return level
    }

    func logger() -> Logger {
        var logger = Logger(label: "backops") { _ in LineLogHandler(format: format) }
        logger.logLevel = level
        return logger
    }
}

extension LineLogHandler.Format: ExpressibleByArgument {}
