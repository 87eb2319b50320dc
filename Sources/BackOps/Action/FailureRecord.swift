#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Holds what is stored about a failed attempt.
package struct FailureRecord: Sendable {
    /// Says how the engine goes on.
    package enum Decision: Sendable, Hashable {
        /// As the action's policy says.
        case retry
        /// After this delay, when attempts are left.
        case retryAfter(Duration)
        /// Not at all.
        case permanent
    }

    package let decision: Decision

    /// The error's type, with the case of an enum: `SMTPError.timeout`.
    package let errorType: String

    /// The error in words; at most 8 kB.
    package let message: String

    /// Where it was thrown, when that was captured.
    package private(set) var stackTrace: String?

    /// The stack whose names are to be looked up yet.
    package private(set) var trace: FailureTrace?

    /// The error itself, for those in the same process.
    package let error: any Error

    /// Describes an error.
    ///
    /// - Parameters:
    ///   - error: The error that ended the attempt.
    ///   - trace: Where it was thrown.
    ///   - policy: The action's.
    package init(_ error: any Error, trace: FailureTrace? = nil, policy: RetryPolicy = .standard) {
        let failure = error as? Failure
        decision =
            switch failure?.kind {
            case .permanent: .permanent
            case .retryAfter(let delay): .retryAfter(delay)
            case nil: policy.retriesMistakes || !Self.isMistake(error) ? .retry : .permanent
            }
        errorType = ErrorText.type(of: failure?.underlying ?? error)
        message = ErrorText.message(of: error)
        self.trace = trace
        self.error = error
    }

    /// The rate that the action wants to be closed, and for how long.
    package var closing: (rate: String, time: Duration)? {
        guard let rate = (error as? Failure)?.closedRate, case .retryAfter(let delay) = decision else {
            return nil
        }
        return (rate, delay)
    }

    /// Whether the same would happen again.
    private static func isMistake(_ error: any Error) -> Bool {
        (error as? BackOpsError)?.code.isPermanent ?? false
    }

    /// Takes the text of the stack, in which names were looked up or not.
    package func with(stackTrace text: String) -> FailureRecord {
        var record = self
        record.stackTrace = ErrorText.storable(text, limit: ErrorText.traceLimit)
        record.trace = nil
        return record
    }

    /// Looks the names of the stack up, which takes long the first time.
    package func resolved() async -> FailureRecord {
        guard let trace else { return self }
        return with(stackTrace: await trace.textLookedUpElsewhere())
    }
}
