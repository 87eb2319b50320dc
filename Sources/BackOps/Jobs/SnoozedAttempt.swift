/// A snoozed attempt as `snooze_many` takes it.
package struct SnoozedAttempt: Sendable {
    package let claim: Claim
    package let when: When

    package init(claim: Claim, when: When) {
        self.claim = claim
        self.when = when
    }

    /// How long from now, where there is no time; one of the two must be given.
    var delay: Duration? { when == .now ? .zero : when.delay }
}
