import BackOps
package import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes one line per event to standard error.
package struct LineLogHandler: LogHandler {
    /// How a line looks.
    package enum Format: String, CaseIterable, Sendable {
        /// For people: time, level, message, then the metadata as key=value.
        case text
        /// For machines: one JSON object, with the metadata as its members.
        case json
    }

    let format: Format
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.info

    package init(format: Format) { self.format = format }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        StandardStream.error.writeLine(line(event, at: Date()))
    }

    func line(_ event: LogEvent, at date: Date) -> String {
        let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
        switch format {
        case .text:
            let level = TextWidth.pad("\(event.level)", 8)
            let details = metadata.sorted { $0.key < $1.key }.map {
                " \($0.key)=\(Self.quoted("\($0.value)"))"
            }.joined()
            return Sanitised.line("\(ISO8601.text(date)) \(level) \(event.message)\(details)")
        case .json:
            var members = Self.members(metadata)
            members["time"] = JSONValue(date)
            members["level"] = .string("\(event.level)")
            members["message"] = .string("\(event.message)")
            return JSONValue.object(members).description
        }
    }

    /// Metadata as members: numbers and booleans as such, lists and dictionaries with what is in them.
    private static func members(_ metadata: Logger.Metadata) -> [JSONValue.Key: JSONValue] {
        Dictionary(uniqueKeysWithValues: metadata.map { (JSONValue.Key($0.key), json($0.value)) })
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): json(value)
        case .array(let values): .array(values.map(json))
        case .dictionary(let values): .object(members(values))
        }
    }

    private static func json(_ value: any CustomStringConvertible & Sendable) -> JSONValue {
        switch value {
        case let value as Bool: .bool(value)
        case let value as any FixedWidthInteger:
            JSONValue.Number("\(value)").map { $0.exactInteger().map(JSONValue.integer) ?? .number($0) }
                ?? .null
        case let value as Double: JSONValue.Number(value).map(JSONValue.number) ?? .string("\(value)")
        case let value as Float: JSONValue.Number(Double(value)).map(JSONValue.number) ?? .string("\(value)")
        default: .string("\(value)")
        }
    }

    /// Quotes what would not be one word.
    private static func quoted(_ value: String) -> String {
        let isWord = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        return isWord ? value : "\"\(value.replacing("\"", with: "'"))\""
    }
}
