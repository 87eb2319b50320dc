#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension OperationRequest {
    /// The call that enqueues the operation, for any PostgreSQL client: one row with one column, the id as text.
    ///
    /// Values go in PostgreSQL's text format; nil is NULL.
    ///
    /// - Parameter schema: The schema's name.
    /// - Returns: The statement with `$1` to `$10`, or `$11` in another ``mode``, and its parameters.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` for globals that the database cannot hold,
    ///   ``BackOpsError/Code/invalidConfiguration`` for a schema's name that cannot be one.
    public func statement(
        schema: String = "backops"
    ) throws(BackOpsError) -> (sql: String, parameters: [String?]) {
        let schema = try SchemaName(schema).quoted
        let sql =
            mode == .once
            ? """
            select \(schema).enqueue(
              $1, $2::jsonb, $3, $4, $5::integer, $6::timestamptz, $7::interval, $8::text[], $9::json, traceparent => $10)::text
            """
            : """
            select id::text from \(schema).enqueue_keyed(
              $1, globals => $2::jsonb, key => $3, queue => $4, priority => $5::integer, perform_at => $6::timestamptz,
              perform_in => $7::interval, tags => $8::text[], branches => $9::json, traceparent => $10, mode => $11)
            """
        return (
            sql,
            [
                name, String(decoding: try globals.checkedJSON(), as: UTF8.self), key, queue,
                String(priority),
                when.time.map { ISO8601.text($0) }, when.delay.map { "\($0.microseconds) microseconds" },
                Self.arrayText(tags), plan?.jsonText, tracedAsCurrent().traceparent,
            ] + (mode == .once ? [] : [mode.description])
        )
    }

    /// Writes a text array as PostgreSQL reads it.
    static func arrayText(_ elements: [String]) -> String {
        let quoted = elements.map { element in
            "\"" + element.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{\(quoted.joined(separator: ","))}"
    }
}

extension Duration {
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
