package import LibPQ

/// What workers registered, and what of it is in use.
extension EngineCalls {
    /// A row of ``DefinitionRecord`` for every current plan, or for that of one name.
    package func definitions(named definition: String?) -> SQLStatement {
        """
        select \(unescaped: DefinitionRecord.Column.sql)
          from (
            select name, fingerprint, registered_at, current, \(unescaped: name).plan_in_seconds(branches) as branches
              from \(unescaped: name).definitions
          ) as d
         where current and name = coalesce(\(definition), name)
         order by name
        """
    }

    /// A row with the name of every current plan.
    package func definitionNames() -> SQLStatement {
        "select name from \(unescaped: name).definitions where current order by name"
    }

    /// A row of ``DeployObstacle`` for every action that active operations still have before them and that a program does not
    /// know: handler, operations that have it before them, those that are at it, and the smallest of their ids.
    ///
    /// Only where a plan has such an action are its operations looked at one by one.
    package func obstacles(handlers: [String], names: [String], queues: [String]?) -> SQLStatement {
        let schema = name
        return """
            with missing as materialized (
              select d.id as definition_id, a.position, d.name || '/' || a.name as handler
                from \(unescaped: schema).definitions d
                join \(unescaped: schema).definition_actions a on a.definition_id = d.id
               where d.name || '/' || a.name <> all (\(handlers)) and a.wait is null
            ),
            found as (
              select m.handler, j.operation_id, j.position = m.position as is_next, coalesce(\(unescaped: schema).served_queue(j.queue), o.queue) as queue
                from missing m
                join \(unescaped: schema).jobs j on j.definition_id = m.definition_id
                join \(unescaped: schema).operations o on o.id = j.operation_id
                join \(unescaped: schema).actions a on a.operation_id = j.operation_id and a.position = m.position
               where a.completed_at is null and a.skipped_at is null
               union all
              select h.handler, j.operation_id, j.position = a.position, coalesce(\(unescaped: schema).served_queue(j.queue), o.queue)
                from \(unescaped: schema).jobs j
                join \(unescaped: schema).operations o on o.id = j.operation_id
                join \(unescaped: schema).actions a on a.operation_id = j.operation_id
               cross join lateral (
                 select case when o.branches is null then o.name else '' end || '/' || a.name as handler
               ) as h
               where j.definition_id is null and j.position is not null and a.completed_at is null and a.skipped_at is null
                 and a.wait is null and h.handler <> all (\(handlers))
               union all
              select o.name || '/', o.id, true, o.queue
                from \(unescaped: schema).operations o
               where o.parked_at is not null and o.name <> all (\(names))
            )
            select handler, count(*), count(*) filter (where is_next), min(operation_id)
              from found
             where queue = any (coalesce(\(queues), array[queue]))
             group by handler
             order by 3 desc, 2 desc, handler
            """
    }
}
