extension Corruption {
    /// An operation 20 whose plan is a wait, and then an action.
    private static func waiting(_ options: String) -> String {
        """
        insert into operations (id, name, branches) values (20, 'Own', '{"main": [["W", \(options)], "B"]}');

        """
    }

    /// What somebody changes about waits and signals.
    static let waits = brokenWaits + signals

    static let brokenWaits = [
        Corruption(
            "waits_move_on",
            20,
            "a wait that was over long ago, while workers live",
            waiting(#"{"wait_for": "go", "timeout": 60}"#)
                + """
                update jobs set run_at = now() - interval '6 minutes' where operation_id = 20;
                insert into workers (id, host, pid, queues, slots, lease, handlers, started_at)
                  values (5, 'bystander', 5, '{default}', 1, '1 hour', '{}', now() - interval '1 hour')
                """
        ),
        Corruption(
            "waits_read_signals",
            20,
            "an operation that waits for what is in its inbox",
            waiting(#"{"wait_for": "go"}"#) + "insert into signals (operation_id, name) values (20, 'go')"
        ),
        Corruption(
            "job_can_be_claimed",
            20,
            "a wait in a queue that workers serve",
            waiting(#"{"sleep": 60}"#) + "update jobs set queue = 'default' where operation_id = 20"
        ),
        Corruption(
            "job_can_be_claimed",
            20,
            "a sleep without an end",
            waiting(#"{"sleep": 60}"#) + "update jobs set run_at = 'infinity' where operation_id = 20"
        ),
        Corruption(
            "job_can_be_claimed",
            20,
            "a wait that never begins",
            waiting(#"{"wait_for": "go"}"#) + "update jobs set waits_since = null where operation_id = 20"
        ),
    ]

    private static let signals = [
        Corruption(
            "signals_are_read_once",
            99,
            "a signal of an operation that is not there",
            "insert into signals (operation_id, name) values (99, 'go')"
        ),
        Corruption(
            "signals_are_read_once",
            4,
            "a signal that was read by an action",
            "insert into signals (operation_id, name, read_at, read_position, read_run) values (4, 'go', now(), 1, 1)"
        ),
        Corruption(
            "signals_are_read_once",
            4,
            "a signal that was read by a step that is not there",
            "insert into signals (operation_id, name, read_at, read_position, read_run) values (4, 'go', now(), 9, 1)"
        ),
        Corruption(
            "signals_are_read_once",
            20,
            "a signal that was read by a run to come",
            waiting(#"{"wait_for": "go"}"#)
                + "insert into signals (operation_id, name, read_at, read_position, read_run) values (20, 'go', now(), 1, 2)"
        ),
        Corruption(
            "signals_are_read_once",
            20,
            "a wait that two signals have ended",
            waiting(#"{"wait_for": "go"}"#)
                + """
                select signal(20, 'go');
                insert into signals (operation_id, name, read_at, read_position, read_run) values (20, 'go', now(), 1, 1)
                """
        ),
        Corruption(
            "waits_are_counted",
            20,
            "a sleep that is counted as an approval",
            waiting(#"{"sleep": 60}"#) + "update jobs set waits_for = 'approval' where operation_id = 20"
        ),
        Corruption(
            "waits_have_outcomes",
            4,
            "an action that has slept",
            "update actions set wait_outcome = 'slept' where operation_id = 4 and position = 1"
        ),
        Corruption(
            "waits_have_outcomes",
            20,
            "a wait that ended nobody knows how",
            waiting(#"{"sleep": 0}"#) + "update actions set wait_outcome = null where operation_id = 20"
        ),
        Corruption(
            "waits_have_outcomes",
            20,
            "a wait that a signal has ended which is not there",
            waiting(#"{"wait_for": "go"}"#)
                + "select signal(20, 'go'); delete from signals where operation_id = 20"
        ),
        Corruption(
            "waits_have_outcomes",
            20,
            "an open wait that has slept",
            waiting(#"{"sleep": 60}"#)
                + "update actions set wait_outcome = 'slept' where operation_id = 20 and position = 1"
        ),
    ]
}
