/// A completed attempt as `complete_many` takes it.
package struct CompletedAttempt: Sendable {
    package let end: AttemptEnd
    package let result: ActionResult
    package var job: ClaimedJob { end.job }

    package init(end: AttemptEnd, result: ActionResult) {
        self.end = end
        self.result = result
    }
}
