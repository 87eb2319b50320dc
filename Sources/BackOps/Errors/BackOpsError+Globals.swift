extension BackOpsError {
    /// Reports that a required global is not set.
    ///
    /// - Parameter key: The global's key.
    /// - Returns: An error with ``Code/missingGlobal``.
    package static func missingGlobal(_ key: String) -> BackOpsError {
        BackOpsError(
            .missingGlobal,
            subject: key,
            message: "The global \"\(key)\" is not set. Set it when you enqueue, or in an earlier action."
        )
    }

    /// Reports that a global is not of the type that was asked for.
    ///
    /// - Parameters:
    ///   - key: The global's key, with the path to the value inside it: `address.city`.
    ///   - expected: What was asked for.
    ///   - found: What is there.
    /// - Returns: An error with ``Code/globalTypeMismatch``.
    package static func globalTypeMismatch(_ key: String, expected: String, found: String) -> BackOpsError {
        BackOpsError(
            .globalTypeMismatch,
            subject: key,
            message: "The global \"\(key)\" is \(found), but \(expected) was expected."
        )
    }

    /// Reports globals that cannot be read or stored.
    ///
    /// - Parameters:
    ///   - key: The global's key, when it is about one.
    ///   - reason: What is wrong, as a whole sentence.
    ///   - underlying: The error that caused it.
    /// - Returns: An error with ``Code/invalidGlobals``.
    package static func invalidGlobals(
        _ key: String? = nil,
        _ reason: String,
        underlying: (any Error)? = nil
    ) -> BackOpsError {
        let message = key.map { "The global \"\($0)\" cannot be stored: \(reason)" } ?? reason
        return BackOpsError(.invalidGlobals, subject: key, message: message, underlying: underlying)
    }

    /// Reports a global that is larger or nests deeper than can be stored.
    ///
    /// - Parameters:
    ///   - key: The global's key, with the path to the value inside it.
    ///   - reason: What the limit is, as a whole sentence.
    /// - Returns: An error with ``Code/limitExceeded``.
    package static func limitExceeded(_ key: String, _ reason: String) -> BackOpsError {
        BackOpsError(
            .limitExceeded,
            subject: key,
            message: "The global \"\(key)\" cannot be stored: \(reason)"
        )
    }
}
