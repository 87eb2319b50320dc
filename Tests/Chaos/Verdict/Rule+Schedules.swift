import LibPQ

extension Rule {
    /// Every slot of every schedule is accounted for, and so is every enqueue under a key that was acknowledged.
    static func schedulesAndKeys(_ memory: Memory.State) -> [Rule] {
        let keyed = memory.keyed.sorted { $0.key < $1.key }
        let merged = memory.merged.sorted { $0.key < $1.key }
        return schedules + [
            Rule(
                "acknowledged operations of a key exist",
                """
                select a.id, format('was acknowledged for the key %s, and is not there', a.key)
                  from unnest(\(keyed.map(\.key)), \(keyed.map(\.value))) as a (id, key)
                  left join backops.operations o on o.id = a.id and o.active_key = a.key
                 where o.id is null
                """
            ),
            Rule(
                "a merge loses nothing",
                """
                select null::bigint, format('enqueue %s under the key %s was acknowledged, and is in no operation', a.number, a.key)
                  from unnest(\(merged.map(\.key)), \(merged.map(\.value))) as a (number, key)
                 where not exists (
                   select from backops.operations o where o.active_key = a.key and o.globals ? (\(Load.number) || a.number)
                 )
                """
            ),
        ]
    }

    private static let schedules = [
        Rule(
            "a schedule comes to its end",
            """
            select null::bigint, format('%s has the slot %s to come, and %s waits', name, next_at, buffered_slot) from backops.schedules
             where ends_at is null or coalesce(next_at, buffered_slot) is not null
            """
        ),
        Rule(
            "a slot runs once, or is recorded as skipped",
            """
            select null::bigint, format('the slot %s of %s was run %s times, and is recorded as skipped %s times', due.at, s.name, d.run, d.skipped)
              from backops.schedules s
             cross join lateral generate_series(s.starts_at + s.every, s.ends_at, s.every) as due (at)
             cross join lateral (
               select (select count(*) from backops.operations o where o.schedule = s.name and o.slot = due.at) as run,
                      (select count(*) from backops.skipped_slots k where k.schedule_id = s.id and due.at between k.first_slot and k.last_slot)
                        as skipped
             ) as d
             where d.run + d.skipped <> 1
            """
        ),
        Rule(
            "a run of skipped slots is as long as it says",
            """
            select null::bigint, format('%s: %s slots from %s to %s', s.name, k.count, k.first_slot, k.last_slot)
              from backops.skipped_slots k join backops.schedules s on s.id = k.schedule_id
             where k.count <> (select count(*) from generate_series(k.first_slot, k.last_slot, s.every))
            """
        ),
    ]
}
