import LibPQ

extension Rule {
    /// What holds at every moment, under every fault.
    static let limits = [
        Rule(
            "no more run than a limit allows",
            """
            select null::bigint, format('%s run at once: %s', count(*), g.what)
              from backops.jobs j
              join backops.operations o on o.id = j.operation_id
             cross join lateral (
               values (format('operations of the customer %s', o.globals ->> '\(unescaped: Limited.customer)'), 1),
                      (case when j.position = 1 then 'first actions' end, \(unescaped: String(Limited.most)))
             ) as g (what, most)
             where o.name = \(Shape.limited.rawValue) and j.worker_id is not null and g.what is not null
             group by g.what, g.most
            having count(*) > g.most
            """
        ),
        Rule(
            "no more hold a slot than a limit has",
            """
            select null::bigint, format('%s hold a slot of %s, which has %s', count(*), h.slot, l.maximum)
              from (
                select operation_slot from backops.jobs where operation_slot is not null
                union all
                select action_slot from backops.jobs where action_slot is not null
              ) as h (slot)
              join backops.limits l on l.name = split_part(h.slot, '/', 1)
             group by h.slot, l.maximum
            having count(*) > l.maximum
            """
        ),
        // What ran before goes on, also to its next action; and a claim may be under way when the limit is set.
        Rule(
            "no more start of a queue than may run",
            """
            select null::bigint, format('%s run that were claimed under the limit of the queue %s, which is %s', count(*), l.queue, l.maximum)
              from backops.queue_limits l
              join backops.jobs j on j.queue = l.queue and j.worker_id is not null and j.claimed_at > l.set_at + interval '1 second'
             where not exists (
               select from backops.actions a where a.operation_id = j.operation_id and a.completed_at = j.claimed_at
             )
             group by l.queue, l.maximum
            having count(*) > l.maximum
            """
        ),
    ]
}
