import BackOps
import Foundation
import LibPQ

/// What the actions did, in tables of their own: nothing that the engine does can write or repair them.
struct Ledger: Sendable {
    let client: BackOpsClient

    init(_ client: BackOpsClient) { self.client = client }

    /// Makes the tables.
    ///
    /// No key and no constraint forbids what must not happen: the verdict is to find it.
    func create() async throws {
        try await client.pool.script(
            """
            create schema chaos;
            create table chaos.bodies (
              id bigint generated always as identity primary key,
              operation_id bigint not null, position integer not null, run integer not null, attempt integer not null,
              claim_id bigint not null, deed text not null, pid integer not null,
              claimed_at timestamptz, begun_at timestamptz not null default clock_timestamp(), ended_at timestamptz
            );
            create index on chaos.bodies (operation_id, position, run);
            create index on chaos.bodies (claim_id);
            create table chaos.effects_tx (
              id bigint generated always as identity,
              operation_id bigint not null, position integer not null, run integer not null, claim_id bigint not null,
              pid integer not null
            );
            create index on chaos.effects_tx (operation_id, position, run);
            create table chaos.walks (name text primary key, walk text not null);
            create view chaos.completions as
              select operation_id, position, run, completed_claim_id as claim_id, earlier_attempts + attempts_count as attempt, completed_at
                from backops.actions where completed_at is not null
              union all
              select operation_id, position, run, claim_id, attempt, ended_at
                from backops.attempts where outcome = 'completed';
            """
        )
        for shape in Shape.allCases {
            try await client.pool.query(
                "insert into chaos.walks values (\(shape.rawValue), \(shape.walk))"
            )
        }
    }

    /// Enters that a body begins under its claim; gives the entry's number.
    func begin(_ context: ActionContext, _ claim: Int64, _ deed: Deed) async throws -> Int64 {
        let invocation = context.invocation
        let rows = try await client.pool.query(
            """
            insert into chaos.bodies (operation_id, position, run, attempt, claim_id, deed, pid, claimed_at)
            values (\(invocation.operationID), \(Int32(invocation.position)), \(Int32(invocation.run)),
                    \(Int32(invocation.attempt)), \(claim), \(deed.rawValue), \(ProcessInfo.processInfo.processIdentifier),
                    (select claimed_at from backops.jobs
                      where operation_id = \(invocation.operationID) and claim_id = \(claim)))
            returning id
            """
        )
        guard let row = rows.first else { throw PQError(.misuse, "The ledger returned no number.") }
        return try row.decode(0)
    }

    /// Enters that a body has come to its end.
    func end(_ row: Int64) async throws {
        try await client.pool.execute(
            "update chaos.bodies set ended_at = clock_timestamp() where id = \(row)"
        )
    }

    /// Leaves the one row that an action's transaction is for.
    func effect(
        _ context: ActionContext,
        _ claim: Int64,
        _ row: Int64,
        in transaction: PQTransaction
    ) async throws {
        let invocation = context.invocation
        try await transaction.execute(
            """
            insert into chaos.effects_tx (operation_id, position, run, claim_id, pid)
            values (\(invocation.operationID), \(Int32(invocation.position)), \(Int32(invocation.run)), \(claim),
                    \(ProcessInfo.processInfo.processIdentifier))
            """
        )
        try await transaction.execute(
            "update chaos.bodies set ended_at = clock_timestamp() where id = \(row)"
        )
    }
}
