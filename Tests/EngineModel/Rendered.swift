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

    /// A value that is too long to be a key of a limit.
    package static let long = String(repeating: "long ", count: 50)

    /// What stands for values that are long, or secret: MD5, of those that samples have.
    private static let hashes = [
        "0": "cfcd208495d565ef66e7dff9f98764da", "1": "c4ca4238a0b923820dcc509a6f75849b",
        "x": "9dd4e461268c8034f5c8564e155c67a6", long: "2e3a92a8e5f8fba1762dd6f8f7d1b898",
    ]

    /// A name, and behind a slash the value of a global.
    static func gate(
        _ name: String,
        by key: String?,
        _ globals: [String: GlobalValue],
        isSecret: Bool
    ) -> String {
        guard let key else { return name }
        guard let value = globals[key].map(bare) else { return name + "/" }
        guard isSecret || value.count > 200 else { return "\(name)/\(value)" }
        return "\(name)/#\(hashes[value] ?? "")"
    }

    /// A time in ISO 8601 and UTC.
    package static func instant(_ seconds: Int) -> String {
        "2026-01-01T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
