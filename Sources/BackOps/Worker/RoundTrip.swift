import LibPQ

/// A round trip that is under way.
struct RoundTrip: Sendable {
    let parts: [Request]
    /// Whether each outcome is a statement of its own, to find the one that is at fault.
    let isSingly: Bool
    let task: Task<Void, Never>

    var looksForJobs: Bool {
        parts.contains { if case .claim = $0 { true } else { false } }
    }

    /// How many slots its answer may fill.
    var slots: Int { parts.reduce(0) { $0 + $1.slots } }
}

/// What came of a flight.
struct RoundTripAnswer: Sendable {
    let flight: Int
    let answers: Result<[Result<PQResult, PQError>], any Error>
    let duration: Duration
}
