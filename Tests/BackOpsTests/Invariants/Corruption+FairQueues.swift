extension Corruption {
    /// An operation 20 that has its turn in a queue of its own.
    private static let shared = """
        select set_queue_fairness('shared', 'tenant');
        insert into operations (id, name, queue, globals, branches) values (20, 'Own', 'shared', '{"tenant": "ann"}', '{"main": ["A"]}');
        select take_turns(f, 5::smallint, '-infinity', 0, 0, '{}', clock_now()) from fair_queues f;

        """

    /// What somebody changes about fair queues.
    static let fairQueues = [
        Corruption(
            "turns_are_found",
            20,
            "a turn that lies before the first one",
            shared + "update fair_lanes set clock = 5, first_turn = 5"
        ),
        Corruption(
            "turns_are_found",
            20,
            "a turn of a priority that nobody knows",
            shared + "delete from fair_lanes"
        ),
        Corruption(
            "turns_are_found",
            20,
            "a turn in a queue that was never fair",
            shared + "delete from fair_queues; delete from fair_lanes"
        ),
        Corruption(
            "turns_are_counted",
            nil,
            "a key that has forgotten its turns",
            shared + "delete from fair_keys"
        ),
        Corruption(
            "turns_are_counted",
            nil,
            "a key that counts too few turns",
            shared + "update fair_keys set turn = 0"
        ),
    ]
}
