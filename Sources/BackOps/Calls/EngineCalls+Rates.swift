package import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// How many start in a time: the functions and views of `Migrations/Engine/limits`.
extension EngineCalls {
    /// A row of ``RateRecord`` for every rate, or for that of one name.
    package func rates(named rate: String?) -> SQLStatement {
        """
        select \(unescaped: RateRecord.Column.sql)
          from \(unescaped: name).rate_status
         where name = coalesce(\(rate), name)
         order by name
        """
    }

    /// Zero to `limit` rows of ``RateLine``, by the bytes of their gates, those after a gate.
    package func rateLines(of rate: String, after gate: String?, limit: Int) -> SQLStatement {
        """
        select \(unescaped: RateLine.Column.sql)
          from \(unescaped: name).rate_lines
         where name = \(rate) and gate > coalesce(\(gate), '')
         order by gate
         limit \(Int64(limit))
        """
    }

    /// One row of ``RateSetting``.
    package func setRate(_ rate: String, to pace: RatePace?, reason: String?) -> SQLStatement {
        // Without a count the others say nothing.
        let pace = (count: pace?.count, per: pace?.per ?? .seconds(1), burst: pace?.burst ?? 1)
        return """
            select \(unescaped: RateSetting.Column.sql)
              from \(unescaped: name).set_rate(
                \(rate), \(pace.count.map { Int32(clamping: $0) }), \(pace.per), \(Int32(clamping: pace.burst)), \(reason.storable)
              )
            """
    }

    /// One row of ``RateSetting``.
    package func resetRate(_ rate: String, reason: String?) -> SQLStatement {
        """
        select \(unescaped: RateSetting.Column.sql)
          from \(unescaped: name).reset_rate(\(rate), \(reason.storable))
        """
    }

    /// Closes a rate until a date, or for some time; with neither it is open again.
    package func closeRate(
        _ rate: String,
        until: Date?,
        for duration: Duration?,
        key: String?,
        reason: String?
    ) -> SQLStatement {
        """
        select \(unescaped: name).close_rate(
          \(rate), coalesce(\(until), \(unescaped: name).clock_now() + \(duration)), \(key), \(reason.storable)
        )
        """
    }

    /// One row with the time at which to ask again; null where the calls are counted.
    func consume(_ rate: String, _ count: Int, key: String?) -> SQLStatement {
        "select \(unescaped: name).consume(\(rate), \(Int32(clamping: count)), \(key))"
    }

    /// Closes a rate for some time, for the key of the operation where it has some.
    func backOff(_ operation: Int64, _ rate: String, for duration: Duration) -> SQLStatement {
        "select \(unescaped: name).back_off(\(operation), \(rate), \(unescaped: name).clock_now() + \(duration))"
    }
}
