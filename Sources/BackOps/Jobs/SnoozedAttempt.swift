import LibPQ

/// A snoozed attempt as `snooze_many` takes it.
package struct SnoozedAttempt: Sendable {
    package let claim: Claim
    package let when: Snooze.When

    package init(claim: Claim, when: Snooze.When) {
        self.claim = claim
        self.when = when
    }
}

extension Snooze.When {
    var time: PQTimestamp? {
        if case .until(let date) = self { PQTimestamp(date) } else { nil }
    }

    var delay: Duration? {
        if case .after(let delay) = self { delay } else { nil }
    }
}
