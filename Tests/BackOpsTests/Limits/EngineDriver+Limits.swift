import LibPQ
import Testing

extension EngineDriver {
    /// A plan of two actions, the first of which needs a slot.
    static func limited(_ limit: String = #""name": "stripe", "max": 1"#, operation: String? = nil) -> String
    {
        #"{"main": [["A", {"limit": {\#(limit)}}], "B"], "side": ["S"]\#(operation.map { #", "/limit": {\#($0)}"# } ?? "")}"#
    }

    /// Where the jobs stand with their limits, in the order of the operations: `1 holds stripe`, `2 in line for stripe`, `3 free`.
    func standing() async throws -> [String] {
        try await values(
            """
            select operation_id || ' ' || case
                     when ticket is not null then concat_ws(' ', 'holds ' || operation_slot || ',', 'in line for ' || gate)
                     when queue = '/limits' then concat_ws(' ', 'holds ' || operation_slot || ',', 'comes')
                     else coalesce('holds ' || nullif(concat_ws(' and ', operation_slot, action_slot), ''), 'free')
                   end
              from jobs order by operation_id
            """
        )
    }

    /// What the limits count, what was given back taken off: `stripe 1+2` with one slot held and two in line.
    func gates() async throws -> [String] {
        try await values(
            """
            select g.gate || ' ' || g.holding - coalesce(sum(r.slots), 0) || '+' || g.waiting - coalesce(sum(r.waiters), 0)
              from limit_gates g left join limit_releases r on r.gate = g.gate
             group by g.gate, g.holding, g.waiting
            having g.holding - coalesce(sum(r.slots), 0) > 0 or g.waiting - coalesce(sum(r.waiters), 0) > 0
             order by g.gate
            """
        )
    }

    /// Claims what is due, and names the operations in the order in which they were given.
    func claimed(_ limit: Int = 10) async throws -> [Int64] {
        try await claim(limit).map(\.operation)
    }

    func enqueue(by customer: String, priority: Int16 = 5) async throws -> Int64 {
        try await value(
            "insert into operations (name, globals, priority) values ('Flow', jsonb_build_object('customer', \(customer)::text), \(priority)) returning id"
        )
    }

    func violations() async throws -> [String] {
        try await values("select concat_ws(' ', invariant, operation_id, detail) from invariants()")
    }
}
