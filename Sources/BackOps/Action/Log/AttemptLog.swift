import LibPQ
import Logging
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps the last lines that an attempt has logged.
package final class AttemptLog: Sendable {
    private struct Line: Sendable {
        let number: Int
        let date: Date
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
        let bytes: Int
    }

    private struct State: Sendable {
        var lines: [Line] = []
        /// Where the first line is that counts: those before it are forgotten, a lot at a time.
        var first = 0
        var bytes = 0
        var number = 0
    }

    let settings: AttemptLogs
    private let state = Mutex(State())

    package init(_ settings: AttemptLogs) { self.settings = settings }

    func add(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        let message = ErrorText.storable(message, limit: AttemptLogs.maxTextBytes)
        var details: [String: String] = [:]
        var bytes = message.utf8.count
        for (key, value) in metadata {
            let value = ErrorText.storable(text(value, of: key), limit: AttemptLogs.maxTextBytes)
            let key = ErrorText.storable(key, limit: AttemptLogs.maxTextBytes)
            guard bytes + key.utf8.count + value.utf8.count <= AttemptLogs.maxBytes else { continue }
            bytes += key.utf8.count + value.utf8.count
            details[key] = value
        }
        let date = Date()
        state.withLock { state in
            state.number += 1
            state.lines.append(
                Line(
                    number: state.number,
                    date: date,
                    level: level,
                    message: message,
                    metadata: details,
                    bytes: bytes
                )
            )
            state.bytes += bytes
            while state.lines.count - state.first > settings.maxLines || state.bytes > AttemptLogs.maxBytes {
                state.bytes -= state.lines[state.first].bytes
                state.first += 1
            }
            if state.first > settings.maxLines {
                state.lines.removeFirst(state.first)
                state.first = 0
            }
        }
    }

    /// The lines as `store_logs` takes them; nil when there are none.
    var document: PQJSON? {
        let lines = state.withLock { $0.lines[$0.first...] }
        guard let last = lines.last else { return nil }
        // The database takes no numbers beyond 1,000; the last lines of a longer log keep their distance from its end.
        let offset = max(0, last.number - 1000)
        let rows = lines.map { line in
            JSONValue.object([
                "number": .integer(Int64(line.number - offset)), "at": .string(ISO8601.text(line.date)),
                "level": .string(line.level.rawValue), "message": .string(line.message),
                "metadata": .object(line.metadata.mapValues { .string($0) }),
            ])
        }
        return PQJSON(JSONValue.array(rows).description)
    }

    private func text(_ value: Logger.MetadataValue, of key: String) -> String {
        settings.redacts(key) ? "…" : "\(redacted(value))"
    }

    private func redacted(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .string, .stringConvertible: value
        case .array(let values): .array(values.map(redacted))
        case .dictionary(let values):
            .dictionary(
                Dictionary(
                    uniqueKeysWithValues: values.map { key, value in
                        (key, settings.redacts(key) ? .string("…") : redacted(value))
                    }
                )
            )
        }
    }
}
