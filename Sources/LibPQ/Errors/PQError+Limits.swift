extension PQErrorFields {
    /// Says which setting of the server ended a statement or a session, where the server itself only says that one did.
    ///
    /// The server's advice, if it gives any, stays.
    func namingLimit() -> PQErrorFields {
        guard hint == nil, let advice = limitAdvice else { return self }
        var fields = self
        fields.hint = advice
        return fields
    }

    private var limitAdvice: String? {
        switch sqlState {
        // Somebody's cancel request has the same state, and only the words, which may be translated, tell it apart.
        case .queryCanceled where message.hasSuffix("user request"): nil
        case .queryCanceled where message.hasSuffix("statement timeout"): Self.advice("statement_timeout")
        case .queryCanceled: "Unless somebody cancelled it: \(Self.advice("statement_timeout"))"
        // NOWAIT has the same state, but is told by another function.
        case .lockNotAvailable where function == "ProcessInterrupts":
            "Somebody else holds the lock, see pg_locks. \(Self.advice("lock_timeout"))"
        case .idleInTransactionTimeout: Self.advice("idle_in_transaction_session_timeout")
        case .idleSessionTimeout: Self.advice("idle_session_timeout")
        case .transactionTimeout: Self.advice("transaction_timeout")
        default: nil
        }
    }

    private static func advice(_ setting: String) -> String {
        "The limit is the setting \(setting) of this role, its database or the server; SELECT source FROM pg_settings "
            + "WHERE name = '\(setting)' says whose. ALTER ROLE … SET \(setting) changes it, "
            + "PGOPTIONS='-c \(setting)=0' lifts it for one program."
    }
}
