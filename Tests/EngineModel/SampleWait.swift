/// What a step of a sample plan waits for, which no worker runs.
package enum SampleWait: Hashable, Sendable {
    /// What follows where no signal came in time.
    package enum OnTimeout: Hashable, Sendable {
        case fail
        case goOn
        case branch(String)

        var json: String {
            switch self {
            case .fail: #""fail""#
            case .goOn: #""go_on""#
            case .branch(let name): #"{"branch": "\#(name)"}"#
            }
        }
    }

    case sleep(Int)
    /// Until the time that a global holds.
    case sleepUntil(String)
    /// For one of these signals, which a global takes.
    case signal([String], timeout: Int? = nil, onTimeout: OnTimeout = .fail, into: String? = nil)

    /// For somebody who approves or rejects it, what a global takes; a rejection does what the end of the time does unless told otherwise.
    case approval(
        String,
        within: Int? = nil,
        otherwise: OnTimeout = .fail,
        rejected: OnTimeout? = nil,
        into: String? = nil
    )

    /// The queue of jobs at a wait, which no worker serves.
    package static let queue = "/waits"

    /// The signals that end it.
    package var signals: [String] {
        if case .signal(let names, _, _, _) = self { names } else { [] }
    }

    /// What it asks for.
    package var approval: String? {
        if case .approval(let name, _, _, _, _) = self { name } else { nil }
    }

    /// Whether time alone ends it.
    package var isSleep: Bool { signals.isEmpty && approval == nil }

    /// The global that takes what ended it.
    var global: String? {
        switch self {
        case .sleep, .sleepUntil: nil
        case .signal(_, _, _, let global), .approval(_, _, _, _, let global): global
        }
    }

    /// What follows where it ended without what it waited for.
    func consequence(_ outcome: ModelAction.WaitOutcome) -> OnTimeout {
        switch (self, outcome) {
        case (.signal(_, _, let onTimeout, _), .timedOut): onTimeout
        case (.approval(_, _, let otherwise, _, _), .timedOut): otherwise
        case (.approval(_, _, let otherwise, let rejected, _), .rejected): rejected ?? otherwise
        default: .goOn
        }
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
            if onTimeout != .fail { options.append(#""on_timeout": \#(onTimeout.json)"#) }
            if let global { options.append(#""as": "\#(global)""#) }
            return options
        case .approval(let name, let within, let otherwise, let rejected, let global):
            var options = [#""approval": "\#(name)""#]
            if let within { options.append(#""within": \#(within)"#) }
            if otherwise != .fail { options.append(#""else": \#(otherwise.json)"#) }
            if let rejected { options.append(#""rejected": \#(rejected.json)"#) }
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

/// What an operation has asked for, and what became of it.
package struct ModelApproval: Hashable, Sendable {
    package enum Decision: String, Sendable {
        case approved, rejected, lapsed, withdrawn
    }

    /// Who decides in every history.
    package static let member = "ann"

    package let name: String
    package let position: Int
    package let run: Int
    package let askedAt: Int
    package var deadline: Int?
    package var decision: Decision?
    package var decidedAt: Int?

    package var isPending: Bool { decision == nil }
}
