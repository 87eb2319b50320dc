import Tracing

/// The span of an attempt whose body has ended.
package struct AttemptSpan: Sendable {
    let span: any Span
    let end: DefaultTracerClock.Timestamp

    /// Says how the attempt ended; it ended when its body did.
    func conclude(_ outcome: ActionOutcome, of job: ClaimedJob) {
        span.updateAttributes { attributes in
            attributes["backops.outcome"] = OutcomeLabel(outcome, of: job).rawValue
            switch outcome {
            case .completed(let result), .committed(let result):
                if let position = result.jump { attributes["backops.jump"] = position }
            case .failed(let failure): attributes["error.type"] = failure.errorType
            case .snoozed, .cancelled: break
            }
        }
        if case .failed(let failure) = outcome {
            span.recordError(failure.error)
            span.setStatus(SpanStatus(code: .error, message: failure.message))
        }
        span.end(at: end)
    }
}
