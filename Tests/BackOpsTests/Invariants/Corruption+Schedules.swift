extension Corruption {
    /// What somebody changes about schedules, and about the operations of their slots.
    static let schedules = [
        Corruption(
            "schedules_go_on",
            nil,
            "a schedule that is never looked at",
            "select schedule('s', 'Flow', every => '1 day'); update schedules set due_at = null"
        ),
        Corruption(
            "schedules_go_on",
            nil,
            "a paused schedule that is looked at",
            "select schedule('s', 'Flow', every => '1 day'); select pause_schedule('s'); update schedules set due_at = now()"
        ),
        Corruption(
            "schedules_go_on",
            nil,
            "a schedule whose next slot is decided already",
            "select schedule('s', 'Flow', every => '1 day'); update schedules set decided_until = next_at"
        ),
        Corruption(
            "slots_run_once",
            20,
            "a slot with two operations",
            """
            insert into operations (id, name, key, schedule, slot)
              select id, 'Unknown', 's/' || id, 's', '2027-01-01' from generate_series(20, 21) as id
            """
        ),
    ]
}
