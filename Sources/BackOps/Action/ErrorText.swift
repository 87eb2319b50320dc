#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Puts errors into words that the database can hold.
package enum ErrorText {
    /// The longest message, in bytes.
    package static let messageLimit = 8192
    /// The longest stack trace, in bytes.
    package static let traceLimit = 65_536

    /// The error's type without its module, with the case of an enum: `SMTPError.timeout`.
    package static func type(of error: any Error) -> String {
        if let error = error as? BackOpsError { return "BackOpsError.\(error.code)" }
        if let error = error as? Failure {
            return error.kind == .permanent ? "Failure.permanent" : "Failure.retry"
        }
        let name = TypeName.shown(Swift.type(of: error))
        return storable(caseName(of: error).map { "\(name).\($0)" } ?? name, limit: 500)
    }

    /// The case's name; nil for what is not an enum, and for an enum that describes itself.
    private static func caseName(of error: any Error) -> String? {
        let mirror = Mirror(reflecting: error)
        guard mirror.displayStyle == .enum else { return nil }
        if let payload = mirror.children.first { return payload.label }
        let isSelfDescribing =
            error is any CustomStringConvertible || error is any CustomDebugStringConvertible
        return isSelfDescribing ? nil : String(describing: error)
    }

    /// The localised description of an error that has one, else its description; at most 8 kB.
    package static func message(of error: any Error) -> String {
        let text = (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
        return storable(text, limit: messageLimit)
    }

    /// Drops U+0000, which PostgreSQL cannot store, and what exceeds a number of bytes, between characters.
    package static func storable(_ text: String, limit: Int) -> String {
        let text =
            text.utf8.contains(0) ? String(decoding: text.utf8.filter { $0 != 0 }, as: UTF8.self) : text
        guard text.utf8.count > limit else { return text }
        let ellipsis = "…"
        var length = 0
        let kept = text.prefix { character in
            length += character.utf8.count
            return length <= limit - ellipsis.utf8.count
        }
        guard kept.isEmpty else { return kept + ellipsis }
        // One character may be of any length: a letter with a thousand accents.
        length = 0
        let scalars = text.unicodeScalars.prefix { scalar in
            length += scalar.utf8.count
            return length <= limit - ellipsis.utf8.count
        }
        return String(scalars) + ellipsis
    }
}

extension String? {
    /// The text without what PostgreSQL cannot store; at most 8 kB.
    var storable: String? { map { ErrorText.storable($0, limit: ErrorText.messageLimit) } }
}
