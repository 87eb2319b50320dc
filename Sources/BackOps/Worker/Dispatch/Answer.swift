package import LibPQ

/// What the database answered to a request, in values.
///
/// Every row is read by itself: one that cannot be read costs the others nothing.
package enum Answer: Sendable {
    /// There is nothing to read.
    case done
    case completed([AnswerRow<CompletionResult>])
    case handedBack([AnswerRow<HandBackResult>])
    /// How many reports of progress were written.
    case reported(Int)
    case jobs(ClaimedRows)
    /// Claims without what belongs to them.
    case claims([AnswerRow<Claim>])
    /// Claims that are not this worker's any more, apart from those whose actions may just have completed themselves.
    case lost([AnswerRow<Int64>])
    /// When the next scheduled job is due; nil for never.
    case nextDue(Duration?)
}

/// A row of an answer about a claim.
package enum AnswerRow<Content: Sendable>: Sendable {
    case content(Content)
    case unreadable(Claim, PQError)
    /// Not even the claim can be read.
    case nameless(PQError)
}

extension AnswerRow {
    fileprivate init(_ row: PQRow, _ read: (PQRow) throws(PQError) -> Content) {
        do {
            self = .content(try read(row))
        } catch {
            self = Self.unreadable(row, error)
        }
    }

    private static func unreadable(_ row: PQRow, _ error: PQError) -> Self {
        do {
            return .unreadable(try Claim(row), error)
        } catch {
            return .nameless(error)
        }
    }
}

extension Request {
    /// Reads the answer to this request.
    func answer(_ rows: PQResult) throws(PQError) -> Answer {
        switch self {
        case .sleeping, .stopping, .logs: .done
        case .complete: .completed(rows.map { AnswerRow($0, CompletionResult.init) })
        case .fail, .snooze, .release: .handedBack(rows.map { AnswerRow($0, HandBackResult.init) })
        case .progress: .reported(Int(try rows.first?.decode(0, as: Int32.self) ?? 0))
        case .held(unseen: false), .claim(_, _, unseen: false), .claimSuspect(unseen: false), .describe:
            .jobs(ClaimedRows(rows))
        case .held(unseen: true), .claim(_, _, unseen: true), .claimSuspect(unseen: true), .stillHeld:
            .claims(rows.map { AnswerRow($0, Claim.init) })
        case .lost: .lost(rows.map(Self.lostClaim))
        case .nextDue: .nextDue(try rows.first?.decode(0, as: Int64?.self).map { .milliseconds($0) })
        }
    }

    private static func lostClaim(_ row: PQRow) -> AnswerRow<Int64> {
        do {
            return .content(try row.decode(0, as: Int64.self))
        } catch {
            return .nameless(error)
        }
    }
}
