/// Values as the database writes them.
package enum Rendered {
    /// When every history begins: 2026-01-01 00:00 UTC.
    package static let epoch = 1_767_225_600

    /// Stands for whoever runs the tests.
    package static let sender = "somebody"

    /// A time as seconds since 1970, which is how ``EngineSession`` reads it.
    package static func time(_ seconds: Int) -> String {
        seconds == ModelJob.never ? "Infinity" : String(epoch + seconds)
    }

    package static func time(_ seconds: Int?) -> String {
        seconds.map { time($0) } ?? ""
    }

    package static func globals(_ globals: [String: GlobalValue]) -> String {
        let members = globals.sorted { $0.key < $1.key }.map { #""\#($0.key)": \#(value($0.value))"# }
        return "{\(members.joined(separator: ", "))}"
    }

    package static func value(_ value: GlobalValue) -> String {
        switch value {
        case .number(let number): String(number)
        case .text(let text): #""\#(text)""#
        case .list(let numbers): "[\(numbers.map { String($0) }.joined(separator: ", "))]"
        case .time(let seconds):
            "\"\(instant(seconds))\""
        case .signal(let signal):
            """
            {"name": "\(signal.request.name)", "payload": \(signal.request.payload.map { String($0) } ?? "null"), \
            "sent_at": "\(instant(signal.sentAt).dropLast()).000000Z", "sent_by": "\(sender)"}
            """
        case .decision(let approval):
            """
            {"at": "\(instant(approval.decidedAt ?? 0).dropLast()).000000Z", "by": "\(ModelApproval.member)", "reason": null, \
            "decision": "\(approval.decision?.rawValue ?? "")"}
            """
        case .timedOut: #"{"timed_out": true}"#
        }
    }

    /// As a text without quotes, which is what a key of a limit is.
    package static func bare(_ value: GlobalValue) -> String {
        switch value {
        case .text(let text): text
        case .time(let seconds): instant(seconds)
        default: self.value(value)
        }
    }

    /// A time in ISO 8601 and UTC.
    package static func instant(_ seconds: Int) -> String {
        "2026-01-01T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
