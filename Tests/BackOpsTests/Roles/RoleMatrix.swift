/// What each role may do, said once more and independently of the function `privileges()`.
///
/// A table, view or function that is not here fails the test.
enum RoleMatrix {
    static let roles = ["enqueue", "worker", "operator", "approver", "reader"]

    /// Who may read all columns of a table or view; nobody may write to any.
    static let readers: [String: Set<String>] = [
        "operations": [], "signals": [], "approvals": [], "secret_keys": [], "audit_log": [],
        "visible_operations": [],
        "operation_minutes": [], "action_hours": [], "queue_samples": [],
        "actions": ["operator"], "jobs": ["operator"], "operation_keys": ["operator"],
        "attempts": ["operator", "reader"], "attempt_logs": ["operator", "reader"],
        "definition_actions": ["operator", "reader"], "queues": ["operator", "reader"],
        "definitions": ["worker", "operator", "reader"], "workers": ["worker", "operator", "reader"],
        "migrations": ["worker", "operator", "reader"],
        "engine": ["worker", "operator", "reader"],
        "operation_status": ["operator", "reader"], "action_status": ["operator", "reader"],
        "signal_status": ["operator", "reader"], "approvers": ["operator", "reader"],
        "approval_status": ["operator", "approver", "reader"],
        "pending_approvals": ["operator", "approver", "reader"],
        "timeline": ["operator", "reader"], "audit": ["operator", "reader"],
        "failures": ["operator", "reader"], "queue_depth": ["operator", "reader"],
        "wait_depth": ["operator", "reader"],
        "paused_queues": ["operator", "reader"],
        "worker_status": ["operator", "reader"], "stuck": ["operator", "reader"],
        "throughput": ["operator", "reader"], "slow_actions": ["operator", "reader"],
        "help": ["operator", "reader"], "schedules": [], "schedule_sets": [],
        "skipped_slots": ["operator", "reader"],
        "schedule_status": ["operator", "reader"],
        "limits": [], "limit_gates": [], "limit_releases": [], "rates": [], "rate_gates": [],
        "queue_limits": [], "queue_limit_status": ["operator", "reader"],
        "fair_queues": [], "fair_lanes": [], "fair_keys": [],
        "fair_queue_status": ["operator", "reader"], "fair_queue_lines": ["operator", "reader"],
        "limit_status": ["operator", "reader"], "limit_lines": ["operator", "reader"],
        "rate_status": ["operator", "reader"], "rate_lines": ["operator", "reader"],
    ]

    /// The columns of operations that a role may read, and write in an INSERT.
    static let columns: [String: (read: Set<String>, insert: Set<String>)] = [
        "enqueue": (
            ["id", "name", "state", "key", "key_mode", "active_key"],
            [
                "name", "key", "key_mode", "queue", "priority", "perform_at", "step_limit", "traceparent",
                "tags",
                "branches", "globals",
            ]
        ),
        "worker": (["id", "name", "state", "key", "key_mode", "active_key"], []),
        "operator": (
            [
                "id", "name", "state", "key", "key_mode", "active_key", "queue", "priority", "perform_at",
                "step_limit", "created_at",
                "ended_at", "completed_at", "parked_at", "stopped_position", "stop_reason", "enqueued_by",
                "traceparent", "tags", "branches", "schedule", "slot",
            ], []
        ),
        "approver": ([], []),
        "reader": ([], []),
    ]

    /// Who may call a function, whatever its arguments.
    static let callers: [String: Set<String>] = {
        var callers: [String: Set<String>] = [
            "rescue": ["worker", "operator"], "unpark": ["worker", "operator"],
            "prune": ["worker", "operator"],
            "signal": ["enqueue", "operator"], "decide": ["operator", "approver"],
            "extend": ["operator", "approver"], "may_decide": ["operator", "approver", "reader"],
            "clock_now": Set(roles), "now": Set(roles),
        ]
        for name in ["enqueue", "enqueue_many", "enqueue_keyed", "enqueue_keyed_many", "enqueue_each"] {
            callers[name] = ["enqueue"]
        }
        for name in [
            "register_definition", "register_worker", "heartbeat", "attach_session", "missing_workers",
            "unregister_worker", "claim", "claim_suspect", "next_due", "held", "lost_claims", "missed_claim",
            "consume", "back_off", "complete", "complete_many", "fail", "fail_many", "snooze", "snooze_many",
            "release_many",
            "checkpoint", "report_progress", "record_actions", "store_logs", "sampled_queue_depth",
            "sampled_queue_limits", "sampled_wait_depth",
            "schedules_due_in", "run_schedules", "check_schedules", "declare_schedules", "settle_schedules",
            "advance_backfill",
        ] { callers[name] = ["worker"] }
        for name in [
            "retry", "cancel", "skip", "jump", "run_from", "set_global", "reschedule", "rerun", "retry_where",
            "cancel_where", "wake_up", "signal_where", "pause", "resume", "invariants",
            "set_limit", "reset_limit", "set_queue_limit", "set_queue_fairness", "set_rate", "reset_rate",
            "close_rate",
            "recount_limits",
            "schedule", "unschedule", "pause_schedule", "resume_schedule", "run_schedule",
            "backfill_schedule",
        ] { callers[name] = ["operator"] }
        for name in [
            "find_operations", "explain", "flow", "wait", "next_slots", "preview_slots",
            "doubtful_schedules", "preview_backfill",
            // What the views call.
            "privileges", "statement_now", "sees_secrets", "redacted", "queue_names", "front_of_queue",
            "obstacles", "describe_wait", "describe_limit", "is_rate_gate", "queue_gate", "rate_of_gate",
            "fair_queue", "served_queue", "counted_key", "is_secret",
            "rate_base",
            "awaited_signals", "nobody_decides",
            "plan_in_seconds",
            "zone_time", "undeclared_reason", "count_queue", "count_waits", "bucket_quantile", "bucket_sums",
            "duration_bucket_limits",
        ] { callers[name] = ["operator", "reader"] }
        // Parts of other functions, which nobody calls but the owner.
        for name in [
            "read_time", "elapsed", "due_at", "backoff_delay", "patched", "without_keys", "is_patch",
            "fits", "time_after", "refuse_single",
            "problem_message", "is_owner", "snoozes", "snooze_problem", "read_options", "options_in_seconds",
            "plan_rows",
            "check_batch",
            "check_patches", "wake",
            "check_names", "check_queue_name", "is_queue_name", "check_documents", "place_in_batch",
            "worker_channel", "free_remnants",
            "take_along_deleted", "take_along_truncated", "lift_row_security",
            "expand_operations", "record_crashes", "end_operation", "refuse_action", "refuse_next",
            "apply_jump", "position_after", "give_back", "show_life", "worker_lock", "await_standby",
            "note_other_globals",
            "violations_of_operations", "violations_of_jobs", "violations_of_actions",
            "violations_of_attempts", "violations_of_schedules", "violations_of_waits",
            "violations_of_approvals", "violations_of_limits", "violations_of_turns",
            "violations_of_the_schema", "job_advice",
            "hand_back_many",
            "open_for_steering", "point_at", "find_position", "describe_claims", "first_due_at",
            "next_claim_id", "settled_version", "read_key_mode", "combined_globals",
            "settle_operation_key", "key_successor", "hold_operation_keys", "regain_operation_key",
            "refused_schedules",
            "retry_operation", "cancel_operation", "skip_operation", "jump_operation", "run_operation_from",
            "set_operation_global", "reschedule_operation", "may_steer", "steer_one", "steer", "steer_many",
            "retry_failed",
            "steer_where", "steering_details", "write_audit", "forget_failure", "edit_distance",
            "nearest_name", "did_you_mean", "error_pattern", "error_fingerprint", "failure_fingerprint",
            "stamp_failure", "caller", "shown", "concealed", "apply_privileges", "grant_privileges",
            "create_roles",
            "read_wait", "read_seconds", "is_plain_name", "is_global_key", "check_timeout_branches",
            "job_queue", "next_limit", "kept_slot", "look_from", "note_look", "wait_end", "wait_kind",
            "can_be_payload", "settle_wait",
            "leave_wait",
            "go_on_at", "advance_waits", "wake_up_operation",
            "timeout_message", "explain_wait", "wait_piece", "keyed_operation",
            "read_approval", "is_approver_name", "is_wait_choice", "ask_approval", "asked_question",
            "settle_approval", "remind_approvers", "withdraw_approval", "move_deadline", "who_decides",
            "is_operator", "open_approval", "refuse_unasked", "shown_approval", "decision_patch",
            "rejection_message",
            "explain_approval",
            "read_limit", "limits_lock", "advance_limits",
            "take_releases", "let_in_newcomers", "let_in_waiters", "let_in", "gate_of", "declare_limits",
            "pace_newcomers", "pace_waiters", "rate_gate", "rate_weight", "rate_gate_of", "gate_lock",
            "rate_look",
            "forget_rates", "named_gate", "close_gate", "offer_gates", "declared_numbers", "declare_rates",
            "read_rate",
            "check_limit_name", "refuse_unknown_limit", "explain_rate", "recount_rates",
            "explain_limit", "release_slots", "turn_away", "come_again",
            "claim_lanes", "claim_lane_by_lane", "claim_in_turn", "take_turns", "forget_keys", "explain_turn",
            "recount_turns", "queue_rooms", "count_running", "is_queue_gate",
            "queue_of_gate", "explain_full_queue", "recount_queues",
            "cron_number", "cron_field", "parse_cron", "next_cron_day", "next_local_slot", "clock_change",
            "local_instant", "next_fixed_slot", "next_elapsed_slot", "next_slot", "check_time_zone",
            "schedule_slot", "last_schedule_slot",
            "count_schedule_slots", "slot_jitter", "slot_rule", "check_slot_count",
            "refuse_unknown_schedule", "find_schedule", "check_schedule", "schedule_due_at",
            "end_schedule_pause", "skip_slots", "enqueue_slot", "slot_text", "take_slot",
            "record_schedule_error",
            "hold_schedule", "every_of", "write_schedule", "end_undeclared", "live_schedule_set",
            "is_declared",
            "refuse_declared_schedule", "declared_schedule", "read_declared_interval", "is_settled",
            "apply_schedule_set", "described_like", "schedule_obstacle", "wake_schedulers", "backfill_limit",
            "begun_before",
        ] { callers[name] = [] }
        return callers
    }()
}
