/// What the metrics of BackOps mean, and the buckets of those that are no durations.
enum MetricDescriptions {
    static let help = [
        "backops_operations_enqueued_total": "Operations that this process enqueued.",
        "backops_actions_total": "Attempts of actions that ended in this process, by outcome.",
        "backops_action_duration_seconds": "How long attempts of actions ran.",
        "backops_queue_latency_seconds": "How long jobs had been due when they were claimed.",
        "backops_queue_depth": "Jobs of a queue, by state; the same in every process, so take the maximum.",
        "backops_queue_oldest_seconds":
            "How long the oldest ready job of a queue has been due; the same in every process, so take the maximum.",
        "backops_queue_limit":
            "How many actions of a queue may run at once, where it has a limit; the same in every process, so take the maximum.",
        "backops_queue_limit_running":
            "How many actions of a queue run that has a limit; the same in every process, so take the maximum.",
        "backops_wait_depth":
            "Operations at waits, by what they wait for; the same in every process, so take the maximum.",
        "backops_wait_oldest_seconds":
            "How long the first operation has been at a wait, by what it waits for; the same in every process, so take the maximum.",
        "backops_worker_slots": "Actions that this worker runs, and could run besides.",
        "backops_claim_duration_seconds": "How long round trips to the database took that claimed jobs.",
        "backops_claim_batch_size": "Jobs that were claimed at once, where there were any.",
        "backops_leases_lost_total":
            "Times that this worker could not renew its lease and had to register again.",
        "backops_unreadable_jobs_total":
            "Claimed jobs that this worker could not read, whose operations therefore failed.",
        "backops_schedule_slots_total":
            "Slots of schedules that this worker took, by outcome, and why they enqueued nothing.",
        "backops_schedule_lateness_seconds":
            "How long after their slots operations of schedules were enqueued.",
        "backops_db_connections": "Connections that this worker has open, and callers that wait for one.",
        "backops_listen_connected": "Whether this worker is woken by the database: 1, or 0 while it polls.",
        "backops_build_info": "Version of the application and of the newest schema that it knows; always 1.",
    ]

    static let buckets = ["backops_claim_batch_size": [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000]]
}
