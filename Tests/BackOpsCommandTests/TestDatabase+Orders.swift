import BackOpsTesting
import LibPQ

extension TestDatabase {
    /// Enqueues three orders of the customers ann, ann and bob, and looks at the limits and rates of their plan.
    func enqueueOrders(_ branches: String) async throws {
        try await query(
            """
            insert into operations (name, globals, branches)
              select 'Order', json_build_object('customer', customer), \(branches)::json from unnest('{ann,ann,bob}'::text[]) as customer
            """
        )
        try await query("select advance_limits()")
    }
}
