/// A rate that an action of a sample plan names.
package struct SampleRate: Hashable, Sendable {
    /// How many may start in a time, and how many at the same moment.
    package struct Pace: Hashable, Sendable {
        package let count: Int
        package let per: Int
        package let burst: Int

        package init(_ count: Int, per: Int, burst: Int = 1) {
            self.count = count
            self.per = per
            self.burst = burst
        }

        /// How far apart starts are, which comes out even in all samples.
        package var gap: Int { per / count }
        package var tolerance: Int { (burst - 1) * gap }
    }

    package let name: String
    package let pace: Pace?
    /// The global whose every value has a rate of its own.
    package let key: String?
    package let weight: Int

    package init(_ name: String, _ pace: Pace? = nil, by key: String? = nil, weight: Int = 1) {
        self.name = name
        self.pace = pace
        self.key = key
        self.weight = weight
    }

    package var json: String {
        var options = [#""name": "\#(name)""#]
        if let pace {
            options.append(#""count": \#(pace.count), "per": \#(pace.per), "burst": \#(pace.burst)"#)
        }
        if let key { options.append(#""by": "\#(key)""#) }
        if weight > 1 { options.append(#""weight": \#(weight)"#) }
        return "{\(options.joined(separator: ", "))}"
    }
}

/// How many actions may start in a time under a name.
package struct ModelRate: Hashable, Sendable {
    /// What the plan says that was registered last.
    package var declared: SampleRate.Pace?
    /// What somebody has said instead; in it, nil is any number.
    package var own: SampleRate.Pace??
    /// How often the numbers have changed.
    package var version = 1

    package init(declared: SampleRate.Pace? = nil) { self.declared = declared }

    package var pace: SampleRate.Pace? { own ?? declared }
    var gap: Int { pace?.gap ?? 0 }
    var tolerance: Int { pace?.tolerance ?? 0 }
}

/// How far a rate, or a key of one, is used up, and who waits for it.
package struct ModelRateGate: Hashable, Sendable {
    /// What of a unit of time ``lookAt`` counts: of a second looks need parts.
    package static let fraction = 20

    package let name: String
    package var usedUntil: Int
    package var version: Int
    package var closedUntil: Int?
    package var waiting = 0
    package var nextTicket = 1
    package var lookAt: Int
}
