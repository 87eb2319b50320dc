package import LibPQ

/// A round trip that is under way.
struct RoundTrip: Sendable {
    let requests: [Request]
    /// Whether each outcome is a statement of its own, to find the one that is at fault.
    let isSingly: Bool

    var looksForJobs: Bool { requests.contains { if case .claim = $0 { true } else { false } } }

    var reconciles: Bool { requests.contains { if case .held = $0 { true } else { false } } }

    /// How many slots its answer may fill.
    var slots: Int { requests.reduce(0) { $0 + $1.slots } }
}

/// What came of a round trip.
package struct RoundTripAnswer: Sendable {
    package let number: Int
    /// For each request its answer, or why there is none; an error where the round trip did not come to its end.
    package let answers: Result<[Result<Answer, PQError>], any Error>
    package let duration: Duration

    package init(
        number: Int,
        answers: Result<[Result<Answer, PQError>], any Error>,
        duration: Duration = .zero
    ) {
        self.number = number
        self.answers = answers
        self.duration = duration
    }
}
