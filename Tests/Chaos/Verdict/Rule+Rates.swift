import LibPQ

extension Rule {
    /// What holds at every moment, under every fault.
    static let rates = [
        Rule(
            "no more start than a rate allows",
            """
            with started as materialized (
              select g.gate, r.gap, r.tolerance, j.paced_at, coalesce((a.limits -> 'rate' ->> 'weight')::integer, 1) as weight,
                     row_number() over (partition by g.gate order by j.paced_at) as place
                from backops.jobs j
                join backops.operations o on o.id = j.operation_id
                join backops.actions a on a.operation_id = j.operation_id and a.position = j.position
                join backops.rates r on r.name = a.limits -> 'rate' ->> 'name'
               cross join lateral backops.rate_gate_of(a.limits -> 'rate', o.globals) as g (gate)
               where j.paced_at is not null
            )
            select null::bigint, format('%s start under %s from %s to %s', later.place - s.place + 1, s.gate, s.paced_at, later.paced_at)
              from started s
              join started later on later.gate = s.gate and later.place > s.place
             where (later.place - s.place) * s.weight * s.gap > later.paced_at - s.paced_at + s.tolerance
            """
        ),
        Rule(
            "nothing starts before its time",
            """
            select operation_id, format('began at %s, and was to start at %s', claimed_at, paced_at)
              from backops.jobs
             where worker_id is not null and claimed_at < paced_at
            """
        ),
        Rule(
            "nothing starts under a rate without a start",
            """
            select j.operation_id, format('runs %s, which has a rate, and has no start', a.name)
              from backops.jobs j
              join backops.actions a on a.operation_id = j.operation_id and a.position = j.position
             where j.worker_id is not null and j.paced_at is null and a.limits ? 'rate'
            """
        ),
    ]
}
