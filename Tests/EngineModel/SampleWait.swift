/// What a step of a sample plan waits for, which no worker runs.
package enum SampleWait: Hashable, Sendable {
    /// What follows where no signal came in time.
    package enum OnTimeout: Hashable, Sendable {
        case fail
        case goOn
        case branch(String)
    }

    case sleep(Int)
    /// Until the time that a global holds.
    case sleepUntil(String)
    /// For one of these signals, which a global takes.
    case signal([String], timeout: Int? = nil, onTimeout: OnTimeout = .fail, into: String? = nil)

    /// The queue of jobs at a wait, which no worker serves.
    package static let queue = "/waits"

    /// The signals that end it.
    package var signals: [String] {
        if case .signal(let names, _, _, _) = self { names } else { [] }
    }

    /// What its step has for options.
    var options: [String] {
        switch self {
        case .sleep(let seconds): return [#""sleep": \#(seconds)"#]
        case .sleepUntil(let global): return [#""sleep_until": "\#(global)""#]
        case .signal(let names, let timeout, let onTimeout, let global):
            let quoted = names.map { #""\#($0)""# }.joined(separator: ", ")
            var options = [#""wait_for": \#(names.count == 1 ? quoted : "[\(quoted)]")"#]
            if let timeout { options.append(#""timeout": \#(timeout)"#) }
            switch onTimeout {
            case .fail: break
            case .goOn: options.append(#""on_timeout": "go_on""#)
            case .branch(let name): options.append(#""on_timeout": {"branch": "\#(name)"}"#)
            }
            if let global { options.append(#""as": "\#(global)""#) }
            return options
        }
    }
}

/// A signal that somebody sends.
package struct SignalRequest: Hashable, Sendable {
    package let name: String
    package var payload: Int?
    package var dedupKey: String?

    package init(_ name: String, payload: Int? = nil, dedupKey: String? = nil) {
        self.name = name
        self.payload = payload
        self.dedupKey = dedupKey
    }
}

/// A signal that an operation was sent.
package struct ModelSignal: Hashable, Sendable {
    package let request: SignalRequest
    package let sentAt: Int
    package var readAt: Int?
    package var readPosition: Int?
    package var readRun: Int?
}
