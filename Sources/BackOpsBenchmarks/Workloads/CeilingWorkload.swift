import LibPQ

/// The engine's functions in a loop inside the server, without a client: the best that the schema can do with one session.
///
/// What `workflow` has done by a worker, a procedure does: it claims as many operations as fit into a batch, completes the
/// batch, goes on with the actions that this hands back, and commits each round durably.
struct CeilingWorkload: Workload {
    let name = "ceiling"
    let summary = "workflow by a procedure inside the server, in batches of 100, 200, 500 and 1,000"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        var figures: [Figure] = []
        for batch in [100, 200, 500, 1000] {
            laboratory.progress.say("ceiling: batches of \(Decimals.grouped(batch))")
            figures.append(try await measure(laboratory, batch: batch))
        }
        return figures
    }

    private func measure(_ laboratory: Laboratory, batch: Int) async throws -> Figure {
        let operations = laboratory.scaled(40_000, atLeast: 10)
        let actions = operations * ThreeActions.actions
        return try await laboratory.withDatabase { database in
            try await database.insert(ThreeActions(), operations)
            try await database.pool.script(Self.procedure)
            try await database.settle()
            let serverBefore = database.processes?.seconds
            let start = try await database.now()
            try await database.pool.query("call run_all(\(Int32(batch)))")
            let server = serverBefore.flatMap { before in database.processes?.seconds.map { $0 - before } }
            let proof = try await database.proof(after: 0, bodies: nil)
            try laboratory.require(proof.faults(operations: operations, actions: actions), of: name)
            let seconds = try await database.ends(since: start, count: actions).last ?? 0
            return Figure(
                workload: name,
                variant: "batches of \(Decimals.grouped(batch))",
                value: seconds > 0 ? Double(actions) / seconds : 0,
                unit: .actionsPerSecond,
                count: actions,
                seconds: seconds,
                serverMicroseconds: server.map { $0 * 1e6 / Double(actions) }
            )
        }
    }

    private static let procedure = """
        create procedure run_all(p_batch integer) language plpgsql as $$
        declare
          v_worker bigint := backops.register_worker(
            'ceiling', pg_backend_pid(), '{default}', '{ThreeActions/One,ThreeActions/Two,ThreeActions/Three}',
            p_batch, '', '1 hour'
          );
          v_ids bigint[] := '{}';
          v_claims bigint[] := '{}';
          v_new_ids bigint[];
          v_new_claims bigint[];
          v_run_at timestamptz := '-infinity';
          v_id bigint := 0;
          v_new_run_at timestamptz;
          v_new_id bigint;
        begin
          loop
            if cardinality(v_ids) < p_batch then
              select array_agg(operation_id), array_agg(claim_id),
                     (array_agg(run_at order by run_at desc, operation_id desc))[1],
                     (array_agg(operation_id order by run_at desc, operation_id desc))[1]
                into v_new_ids, v_new_claims, v_new_run_at, v_new_id
                from backops.claim(
                  v_worker, p_batch - cardinality(v_ids), '{default}', '{5}', array[v_run_at], array[v_id]
                );
              if v_new_ids is not null then
                v_ids := v_ids || v_new_ids;
                v_claims := v_claims || v_new_claims;
                v_run_at := v_new_run_at;
                v_id := v_new_id;
              end if;
            end if;
            commit;
            exit when cardinality(v_ids) = 0;
            select coalesce(array_agg(operation_id), '{}'), coalesce(array_agg(next_claim_id), '{}')
              into v_ids, v_claims
              from backops.complete_many(
                v_worker, v_ids, v_claims, array_fill(null::jsonb, array[cardinality(v_ids)]),
                array_fill(null::integer, array[cardinality(v_ids)]), true
              )
             where outcome = 'advanced';
          end loop;
          perform backops.unregister_worker(v_worker);
        end
        $$;
        """
}
