extension BadCalls {
    static let limits: [(call: String, answer: String)] = [
        ("set_limit(null, 1)", "OP004"),
        ("set_limit('', 1)", "OP004"),
        ("set_limit('a/b', 1)", "OP004"),
        ("set_limit(repeat('a', 201), 1)", "OP004"),
        ("set_limit('x', -1)", "OP004"),
        ("set_limit('x', 1000001)", "OP004"),
        ("reset_limit(null)", "OP002"),
        ("reset_limit('x')", "OP002"),
        ("recount_limits()", "0"),
        ("is_limit_name(null)", ""),
        ("is_limit_name('')", "false"),
        ("read_limit('x', 'null', true)", "OP004"),
        ("read_limit('x', '[]', true)", "OP004"),
        (#"read_limit('x', '{"max": 1}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "max": 0}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "max": "2"}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "max": 1.5}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "by": ""}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "free_while_waiting": true}', false)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "free_while_waiting": 1}', true)"#, "OP004"),
        (#"read_limit('x', '{"name": "a", "most": 1}', true)"#, "OP004"),
        (#"register_definition('X', '{"main": ["A"], "/limit": 5}')"#, "OP004"),
        (#"register_definition('X', '{"main": ["A"], "/limit": "unheard"}')"#, "OP004"),
        (#"register_definition('X', '{"main": [["A", {"limit": "unheard"}]]}')"#, "OP004"),
        (#"register_definition('X', '{"/limit": {"name": "a", "max": 1}}')"#, "OP004"),
        (
            #"register_definition('X', '{"main": [["A", {"limit": "a"}]], "/limit": {"name": "a", "max": 1}}')"#,
            "OP004"
        ),
        (#"enqueue('X', branches => '{"main": ["A"], "/limit": "unheard"}')"#, "OP004"),
    ]

    /// Reading plans, the looks of `claim`, and what ends give back.
    static let partsOfLimits: Set<String> = [
        "limits_lock", "first_limit_to_look_at", "advance_limits", "take_releases", "let_in_newcomers",
        "let_in_waiters", "let_in", "gate_of", "declare_limits", "offer_slots", "describe_limit",
        "explain_limit", "release_slots", "is_secret", "turn_away", "come_again",
    ]
}
