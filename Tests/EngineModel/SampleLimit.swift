/// A limit that a sample plan names: of an action, or of the operation.
package struct SampleLimit: Hashable, Sendable {
    /// The queue of jobs that need a slot, which no worker serves.
    package static let queue = "/limits"

    package let name: String
    package let maximum: Int?
    /// The global whose every value has slots of its own.
    package let key: String?
    /// Whether an operation gives its slot back while it waits.
    package let isFreeWhileWaiting: Bool
    /// What becomes of an operation that finds no slot; nil where it waits.
    package let whenFull: WhenFull?
    package let maxWaiting: Int?

    /// What an operation does that finds no slot, beside waiting.
    package enum WhenFull: String, Sendable {
        case drop
        case cancelOldest = "cancel_oldest"
        case replaceWaiting = "replace_waiting"
    }

    package init(
        _ name: String,
        _ maximum: Int? = nil,
        by key: String? = nil,
        freeWhileWaiting: Bool = false,
        whenFull: WhenFull? = nil,
        maxWaiting: Int? = nil
    ) {
        self.name = name
        self.maximum = maximum
        self.key = key
        isFreeWhileWaiting = freeWhileWaiting
        self.whenFull = whenFull
        self.maxWaiting = maxWaiting
    }

    /// Whether not everybody may wait.
    var isPicky: Bool { whenFull != nil || maxWaiting != nil }

    package var json: String {
        var options = [#""name": "\#(name)""#]
        if let maximum { options.append(#""max": \#(maximum)"#) }
        if let key { options.append(#""by": "\#(key)""#) }
        if isFreeWhileWaiting { options.append(#""free_while_waiting": true"#) }
        if let whenFull { options.append(#""when_full": "\#(whenFull.rawValue)""#) }
        if let maxWaiting { options.append(#""max_waiting": \#(maxWaiting)"#) }
        return "{\(options.joined(separator: ", "))}"
    }
}

/// How many may run at once under a name.
package struct ModelLimit: Hashable, Sendable {
    /// What the plan says that was registered last.
    package var declared: Int?
    /// What somebody has said instead; in it, nil is no limit.
    package var own: Int??

    package init(declared: Int? = nil) { self.declared = declared }

    package var maximum: Int? { own ?? declared }
}

/// Who holds slots of a limit, or of a key of one, and who waits for them.
package struct ModelGate: Hashable, Sendable {
    package let name: String
    package var holding = 0
    package var waiting = 0
    package var nextTicket = 1
}

/// What was given back before a gate, and not taken into account yet.
package struct ModelRelease: Hashable, Sendable {
    package var slots = 0
    package var waiters = 0
}

/// What a job holds, and where it is in line.
package struct ModelHolding: Hashable, Sendable {
    package var operationSlot: String?
    package var actionSlot: String?
    package var queueSlot: String?
    package var gate: String?

    init(_ job: ModelJob?) {
        operationSlot = job?.operationSlot
        actionSlot = job?.actionSlot
        queueSlot = job?.queueSlot
        gate = job?.gate
    }

    var isNothing: Bool { [operationSlot, actionSlot, queueSlot, gate].allSatisfy { $0 == nil } }
}
