import LibPQ

/// Something that must hold when everything has ended: a query that returns the operations and words of its violations.
struct Rule: Sendable {
    let name: String
    let query: SQLStatement

    init(_ name: String, _ query: SQLStatement) {
        self.name = name
        self.query = query
    }

    func violations(_ pool: PQPool) async throws -> [Violation] {
        try violations(in: await pool.query(query))
    }

    /// Reads what the query has found.
    func violations(in rows: PQResult) throws -> [Violation] {
        try rows.map { row in
            Violation(name, try row.decode(1, as: String.self), operation: try row.decode(0, as: Int64?.self))
        }
    }
}

extension Rule {
    /// All rules, of which some need to know what the run was told and what it asked for.
    static func all(_ memory: Memory.State) -> [Rule] {
        kept(memory) + ended(memory) + completed + effects + accounts(memory) + schedulesAndKeys(memory)
            + decisions(memory)
    }

    /// Nothing that was acknowledged is lost.
    private static func kept(_ memory: Memory.State) -> [Rule] {
        let acknowledged = memory.acknowledged.sorted { $0.key < $1.key }
        let steered = memory.steered.sorted { $0.key < $1.key }
        let signalled = memory.signalled.sorted { $0.key < $1.key }
        return [
            Rule(
                "acknowledged operations exist",
                """
                select a.id, format('was acknowledged for the key %s, and is not there', a.key)
                  from unnest(\(acknowledged.map(\.key)), \(acknowledged.map(\.value))) as a (id, key)
                  left join backops.operations o on o.id = a.id and o.key = a.key
                 where o.id is null
                """
            ),
            Rule(
                "an acknowledged signal is there once",
                """
                select a.id, format('was sent the signal with the key %s, and has %s of them', a.key, n.count)
                  from unnest(\(signalled.map(\.key)), \(signalled.map(\.value))) as a (id, key)
                 cross join lateral (
                   select count(*) as count from backops.signals s
                    where s.operation_id = a.id and s.dedup_key = a.key and s.payload #>> '{}' = a.key
                 ) as n
                 where n.count <> 1
                """
            ),
            Rule(
                "a key has one operation",
                """
                select min(id), format('%s %s has %s operations', name, key, count(*))
                  from backops.operations where key is not null group by name, key having count(*) > 1
                """
            ),
            Rule(
                "an acknowledged global stays",
                """
                select s.id, format('the global was set to %s, and is %s', s.value, coalesce(o.globals ->> 'steered', 'not there'))
                  from unnest(\(steered.map(\.key)), \(steered.map(\.value))) as s (id, value)
                  join backops.operations o on o.id = s.id
                 where o.globals ->> 'steered' is distinct from s.value::text and o.key_mode is distinct from 'replace_waiting'
                """
            ),
        ]
    }

    /// Everything has come to an end that can be explained.
    private static func ended(_ memory: Memory.State) -> [Rule] {
        [
            Rule(
                "every operation ends",
                """
                select o.id, format('%s is still active: action %s, due %s, held by %s, attempt %s',
                                    o.name, j.position, j.run_at, j.worker_id, j.attempt)
                  from backops.operations o left join backops.jobs j on j.operation_id = o.id
                 where o.state = 'active'
                """
            ),
            Rule(
                "only active operations have a job",
                """
                select j.operation_id, format('a job, but the operation is %s', coalesce(o.state, 'not there'))
                  from backops.jobs j left join backops.operations o on o.id = j.operation_id
                 where o.state is distinct from 'active'
                """
            ),
            Rule(
                "a failure has a recorded reason",
                """
                select o.id, format('failed at action %s, and no attempt says why', o.stopped_position)
                  from backops.operations o
                 where o.state = 'failed' and not exists (
                   select from backops.attempts t
                    where t.operation_id = o.id and t.position = o.stopped_position and t.ends_operation
                      and t.outcome in ('failed', 'crashed') and t.error_type is not null
                 )
                """
            ),
            Rule(
                "only who was cancelled is cancelled",
                """
                select o.id, 'is cancelled, and nobody asked for it'
                  from backops.operations o
                 where o.state = 'cancelled' and o.id <> all (\(Array(memory.cancelled)))
                   and o.stop_reason is distinct from format('the schedule "%s" has its next slot', o.schedule)
                   and not exists (
                     select from backops.operations n
                      where n.active_key = o.active_key and o.stop_reason = format('replaced by operation %s', n.id)
                   )
                """
            ),
        ]
    }

    /// Completions are recorded once, in the plan's order, by who did the work.
    private static let completed = [
        Rule(
            "a completion is recorded once",
            """
            select operation_id, format('action %s run %s is recorded as completed %s times, by claims %s',
                                        position, run, count(*), array_agg(claim_id))
              from chaos.completions group by operation_id, position, run having count(*) > 1
            """
        ),
        Rule(
            "actions complete in the plan's order",
            """
            select o.id, format('%s is %s and went "%s" where the plan is "%s"', o.name, o.state, w.walk, p.walk)
              from backops.operations o
              join chaos.walks p on p.name = o.name
             cross join lateral (
               select coalesce(string_agg(c.position || '.' || c.run, ' ' order by c.claim_id), '') as walk
                 from chaos.completions c where c.operation_id = o.id
             ) as w
             where case when o.state = 'completed' then w.walk <> p.walk
                        else not starts_with(p.walk || ' ', w.walk || case when w.walk = '' then '' else ' ' end) end
            """
        ),
        Rule(
            "globals commit with the completion",
            """
            select o.id, format('completed "%s", but its globals say "%s"', w.walk, t.trail)
              from backops.operations o
             cross join lateral (
               select coalesce(string_agg(c.position || '.' || c.run, ' ' order by c.claim_id), '') as walk
                 from chaos.completions c join backops.actions a using (operation_id, position)
                where c.operation_id = o.id and a.wait is null
             ) as w
             cross join lateral (
               select coalesce(string_agg(step, ' ' order by n), '') as trail
                 from jsonb_array_elements_text(o.globals -> 'trail') with ordinality as t (step, n)
             ) as t
             where w.walk <> t.trail
            """
        ),
        Rule(
            "a late write changes nothing",
            "select id, 'has the global of a write that came too late' from backops.operations where globals ? 'late'"
        ),
        Rule(
            "a completed action came to its end under its claim",
            """
            select c.operation_id, format('action %s run %s was completed by claim %s, whose body %s', c.position, c.run, c.claim_id,
                                          case when b.id is null then 'never began' else 'never ended' end)
              from chaos.completions c
              left join chaos.bodies b
                on b.claim_id = c.claim_id and b.operation_id = c.operation_id and b.position = c.position and b.run = c.run
              join backops.actions a on a.operation_id = c.operation_id and a.position = c.position and a.wait is null
             where b.ended_at is null
            """
        ),
        Rule(
            "a completed action does not begin again",
            """
            select b.operation_id, format('action %s run %s was completed by claim %s, and began again under claim %s at %s in process %s',
                                          b.position, b.run, c.claim_id, b.claim_id, b.begun_at, b.pid)
              from chaos.completions c
              join chaos.bodies b using (operation_id, position, run)
             where b.claim_id > c.claim_id
            """
        ),
    ]

    /// What was written in an action's transaction is there exactly as often as the action completed.
    private static let effects = [
        Rule(
            "a transaction takes effect once",
            """
            select c.operation_id, format('action %s run %s completed, and its transaction took effect %s times', c.position, c.run, count(e.id))
              from chaos.completions c
              join chaos.bodies b on b.claim_id = c.claim_id and b.deed = 'transaction'
              left join chaos.effects_tx e on e.operation_id = c.operation_id and e.position = c.position and e.run = c.run
             group by c.operation_id, c.position, c.run
            having count(e.id) <> 1
            """
        ),
        Rule(
            "no effect without its completion",
            """
            select e.operation_id, format('action %s run %s left effect %s under claim %s, which did not complete it', e.position, e.run, e.id, e.claim_id)
              from chaos.effects_tx e
             where not exists (
               select from chaos.completions c
                where c.operation_id = e.operation_id and c.position = e.position and c.run = e.run and c.claim_id = e.claim_id
             )
            """
        ),
    ]

    /// Every claim and every attempt is accounted for.
    private static func accounts(_ memory: Memory.State) -> [Rule] {
        [
            Rule(
                "what began has one recorded end",
                """
                select b.operation_id, format('action %s run %s attempt %s began under claim %s in process %s, and has %s recorded ends',
                                              b.position, b.run, b.attempt, b.claim_id, b.pid, e.ends)
                  from chaos.bodies b
                 cross join lateral (
                   select (select count(*) from chaos.completions c where c.operation_id = b.operation_id and c.claim_id = b.claim_id)
                        + (select count(*) from backops.attempts t
                            where t.operation_id = b.operation_id and t.claim_id = b.claim_id and t.outcome <> 'completed') as ends
                 ) as e
                 where e.ends <> 1
                """
            ),
            Rule(
                "attempts are numbered without gaps",
                """
                with used as (
                  select operation_id, position, run, attempt
                    from backops.attempts where outcome in ('failed', 'timed_out', 'crashed', 'cancelled')
                  union all
                  select operation_id, position, run, attempt from chaos.completions
                )
                select operation_id, format('action %s run %s used the attempts %s', position, run, array_agg(attempt order by attempt))
                  from used
                 group by operation_id, position, run
                having min(attempt) <> 1 or max(attempt) <> count(*) or count(distinct attempt) <> count(*)
                """
            ),
            Rule(
                "no attempt beyond the limit",
                """
                select operation_id, format('action %s run %s has begun attempt %s of %s', b.position, b.run, b.attempt, n.allowed)
                  from chaos.bodies b
                  join backops.actions a using (operation_id, position)
                 -- A retry grants new attempts; the numbers go on.
                 cross join lateral (select a.earlier_attempts + a.max_attempts as allowed) as n
                 where b.attempt > n.allowed
                """
            ),
        ]
    }
}
