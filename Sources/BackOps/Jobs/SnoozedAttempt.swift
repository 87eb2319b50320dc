/// A snoozed attempt as `snooze_many` takes it.
package struct SnoozedAttempt: Sendable {
    package let claim: Claim
    package let snooze: Snooze

    package init(claim: Claim, snooze: Snooze) {
        self.claim = claim
        self.snooze = snooze
    }

    /// How long from now, where there is no time; one of the two must be given.
    var delay: Duration? { snooze.when == .now ? .zero : snooze.when.delay }
}
