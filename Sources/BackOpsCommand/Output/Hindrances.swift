import BackOps

/// What keeps an operation from starting that somebody expects to start now.
struct Hindrances {
    private(set) var reasons: [Explanation] = []

    private static let words: [Explanation.Reason] = [
        .parked, .queuePaused, .queueFull, .queueUnserved, .actionUnknown,
    ]

    init() {}

    /// Asks; a role that may not look is told nothing.
    init(of id: Int64, _ client: BackOpsClient) async throws {
        do {
            reasons = try await client.explain(id).filter { Self.words.contains($0.reason) }
        } catch let error as BackOpsError where Self.isAboutRights(error) {}
    }

    static func isAboutRights(_ error: BackOpsError) -> Bool {
        error.code == .noPermission
    }

    func say(_ style: Style) {
        for reason in reasons {
            let words = [reason.detail, reason.advice.map { CommandAdvice.text($0) }].compactMap { $0 }
            StandardStream.error.say(words.joined(separator: ". ").replacing("?. ", with: "? "), style)
        }
    }
}
