extension Corruption {
    /// Operations 20 and 21 of a plan with a limit, the first of which holds its slot, and the other is in line for it.
    private static let limited = """
        insert into operations (id, name, branches)
          select id, 'Own', '{"main": [["A", {"limit": {"name": "x", "max": 1}}], "B"]}' from generate_series(20, 21) as id;
        select advance_limits();

        """

    /// An operation 20 that holds the slot of a limit of operations.
    private static let exclusive = """
        insert into operations (id, name, branches) values (20, 'Own', '{"main": ["A", "B"], "/limit": {"name": "x", "max": 1}}');
        select advance_limits();

        """

    /// What somebody changes about limits.
    static let limits = brokenLimits + brokenLines

    static let brokenLimits = [
        Corruption(
            "slots_are_counted",
            nil,
            "a limit that counts a slot which nobody holds",
            limited + "update limit_gates set holding = 2"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a limit that counts too few in line",
            limited + "update limit_gates set waiting = 0"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a limit that is held, and not counted",
            exclusive + "delete from limit_gates"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a slot that was given back twice",
            limited + "insert into limit_releases (gate, slots, waiters) values ('x', 1, 0)"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a slot that was given back and is forgotten",
            limited + "select cancel(20); delete from limit_releases"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a queue that counts a slot which nobody holds",
            "select set_queue_limit('default', 2); update queue_limits set holding = 2"
        ),
        Corruption(
            "slots_are_counted",
            nil,
            "a queue that does not count what runs",
            "select set_queue_limit('default', 2); update queue_limits set holding = 0"
        ),
        Corruption(
            "slots_are_for_claims",
            1,
            "a slot of a queue that is held by what nobody runs",
            """
            select set_queue_limit('default', 2);
            update jobs set queue_slot = '/queue/default' where operation_id = 1;
            update queue_limits set holding = 2;
            """
        ),
    ]

    private static let brokenLines = [
        Corruption(
            "lines_move_on",
            21,
            "a line that nobody looks at",
            limited + """
                select cancel(20); update limit_gates set holding = 0; delete from limit_releases;
                update jobs set came_at = now() - interval '10 minutes' where operation_id = 21;
                update workers set started_at = now() - interval '1 hour';
                """
        ),
        Corruption(
            "lines_move_on",
            20,
            "an operation that came to its limit long ago",
            """
            insert into operations (id, name, perform_at, branches)
              values (20, 'Own', now() - interval '10 minutes', '{"main": [["A", {"limit": {"name": "x", "max": 1}}]]}');
            update workers set started_at = now() - interval '1 hour';
            """
        ),
        Corruption(
            "slots_are_for_limits",
            20,
            "an action that holds a slot, and has no limit",
            """
            insert into operations (id, name, branches) values (20, 'Own', '{"main": ["A"]}');
            update jobs set action_slot = 'x' where operation_id = 20;
            insert into limit_gates (gate, name, holding) values ('x', 'x', 1);
            """
        ),
    ]
}
