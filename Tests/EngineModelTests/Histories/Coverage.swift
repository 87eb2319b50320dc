/// The kinds of answers that a run must have seen, so that agreement means something.
enum Coverage {
    /// Every kind but those that come less than a dozen times in a thousand histories, as a retry refused for its time.
    static let required: Set<String> = [
        "cancel OP002", "cancel OP003", "cancel ok", "checkpoint stale", "checkpoint written",
        "claim OP006", "claim none", "claim some", "claimSuspect OP006", "claimSuspect none",
        "claimSuspect some", "clock ok", "complete OP005", "complete advanced", "complete completed",
        "complete done", "complete queued", "complete refused", "complete stale", "completeAll OP004",
        "completeAll all", "completeAll invalid",
        "completeAll some", "enqueue OP007", "enqueue duplicate", "enqueue ok", "enqueue parked",
        "enqueueKeyed OP007", "enqueueKeyed created", "enqueueKeyed dropped", "enqueueKeyed existing",
        "enqueueKeyed merged", "enqueueKeyed replaced",
        "fail done", "fail failed", "fail retrying", "fail stale", "heartbeat dead", "heartbeat ok",
        "heartbeat suspects", "held none", "held some", "jump OP002", "jump OP003", "jump OP005",
        "jump ok", "pause ok", "registerPlan known", "registerPlan new", "registerWorker ok", "release done",
        "release released", "release stale", "reschedule OP003", "reschedule ok", "rescue convicted",
        "rescue idle", "rescue nobody",
        "rescue rescued", "resume OP003", "resume ok", "retry OP002", "retry OP003", "retry ok",
        "runFrom OP002", "runFrom OP003",
        "runFrom OP005", "runFrom ok", "setGlobal OP002", "setGlobal ok", "skip OP002", "skip OP003",
        "skip ok", "skip OP007", "snooze done", "snooze snoozed", "snooze stale", "stop dead", "stop ok",
        "dropSchedule OP002", "dropSchedule ok", "pauseSchedule OP004", "pauseSchedule ok",
        "putSchedule OP004", "putSchedule changed", "putSchedule created", "putSchedule same",
        "resumeSchedule OP002", "resumeSchedule OP003", "resumeSchedule ok", "runSchedule OP002",
        "runSchedule ok", "sweep buffered active", "sweep cancelled", "sweep enqueued",
        "sweep enqueued buffered", "sweep none", "sweep ok", "sweep pause ended", "sweep paused failures",
        "sweep skipped active", "sweep skipped buffered", "sweep skipped error", "sweep skipped late",
        "sweep skipped paused", "sweep skipped window", "sweep waits",
        "decide OP002", "decide OP003", "decide OP005", "decide approved", "decide rejected",
        "decide rejected branch", "decide rejected fail", "extend OP003", "extend ok",
        "advanceWaits none", "advanceWaits slept", "advanceWaits some", "advanceWaits timed_out fail",
        "claim slept", "claim timed_out", "claim timed_out branch", "claim timed_out fail",
        "complete signalled", "enqueue next InvalidPerformAt", "enqueue timed_out",
        "reschedule slept", "signal OP002", "signal OP004", "signal delivered", "signal duplicate",
        "signal kept", "signal refused", "signalKey OP002", "signalKey delivered",
        "signalKey kept", "signalKey refused", "wakeUp OP002", "wakeUp OP003", "wakeUp ok", "wakeUp woken",
        "setLimit OP004", "setLimit ok", "resetLimit OP002", "resetLimit OP003", "resetLimit ok",
        "recountLimits ok", "claim operation slot", "claim action slot", "claim in line", "claim from line",
        "enqueue OP004",
        "setRate OP004", "setRate ok", "resetRate ok", "consume OP002",
        "consume ok", "consume later", "closeRate OP002", "closeRate ok", "closeRate opened",
        "backOff ok", "claim start", "claim start from line", "claim in line of a rate", "claim turned away",
        "claim outdone",
        "unpark ok", "unregisterWorker gone", "unregisterWorker ok", "unregisterWorker released",
    ]

    /// Histories from which on a run that lacks a kind says more about the generator than about luck.
    static let sufficientHistories = 1_000
}
