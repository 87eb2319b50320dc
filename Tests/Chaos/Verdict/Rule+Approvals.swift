import LibPQ

extension Rule {
    /// Of all who decide an approval one does, and that is what is written down and what its step says.
    static func decisions(_ memory: Memory.State) -> [Rule] {
        let decided = memory.decided.sorted { $0.key < $1.key }
        return [
            Rule(
                "an acknowledged decision stays",
                """
                select p.operation_id, format('approval %s was %s, and is %s %s', d.id, d.decision, p.decision, p.decided_by)
                  from unnest(\(decided.map(\.key)), \(decided.map(\.value))) as d (id, decision)
                  left join backops.approvals p on p.id = d.id
                 where d.decision is distinct from concat_ws(' ', p.decision, p.decided_by)
                """
            ),
            Rule(
                "a decision takes effect once",
                """
                select p.operation_id, format('%s of its approvals were decided, and %s times somebody was told so', p.decided, w.told)
                  from (
                    select operation_id, count(*) filter (where decision in ('approved', 'rejected')) as decided
                      from backops.approvals group by operation_id
                  ) as p
                 cross join lateral (
                   select count(*) as told from backops.audit_log l where l.action = 'decide' and l.operation_ids = array[p.operation_id]
                 ) as w
                 where p.decided <> w.told
                """
            ),
            Rule(
                "a step ends as its approval",
                """
                select a.operation_id, format('%s ended as %s, and its approval as %s', a.name, a.wait_outcome, p.decision)
                  from backops.actions a
                 cross join lateral (
                   select decision from backops.approvals p
                    where p.operation_id = a.operation_id and p.position = a.position and p.run = a.run order by p.id desc limit 1
                 ) as p
                 where a.wait_outcome is not null and p.decision is distinct from replace(a.wait_outcome, 'timed_out', 'lapsed')
                """
            ),
        ]
    }
}
