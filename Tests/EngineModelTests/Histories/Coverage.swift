/// The kinds of answers that a run must have seen, so that agreement means something.
enum Coverage {
    /// The kinds that come a dozen times or more in a thousand histories, so that luck hides none of them.
    static let required: Set<String> = [
        "cancel OP002", "cancel OP003", "cancel ok", "checkpoint stale", "checkpoint written",
        "claim OP006", "claim none", "claim some", "claimSuspect OP006", "claimSuspect none",
        "claimSuspect some", "clock ok", "complete OP005", "complete advanced", "complete completed",
        "complete done", "complete queued", "complete refused", "complete stale", "completeAll OP004",
        "completeAll all", "completeAll invalid",
        "completeAll some", "enqueue duplicate", "enqueue ok", "enqueue parked",
        "enqueueKeyed created", "enqueueKeyed dropped", "enqueueKeyed existing",
        "enqueueKeyed merged", "enqueueKeyed replaced",
        "fail done", "fail failed", "fail retrying", "fail stale", "heartbeat dead", "heartbeat ok",
        "heartbeat suspects", "held none", "held some", "jump OP002", "jump OP003", "jump OP005",
        "jump ok", "pause ok", "registerPlan known", "registerPlan new", "registerWorker ok", "release done",
        "release released", "release stale", "reschedule OP003", "reschedule ok", "rescue convicted",
        "rescue idle", "rescue nobody",
        "rescue rescued", "resume OP003", "retry OP002", "retry OP003", "retry ok",
        "runFrom OP002", "runFrom OP003",
        "runFrom OP005", "runFrom ok", "setGlobal OP002", "setGlobal ok", "skip OP003",
        "skip ok", "snooze done", "snooze snoozed", "snooze stale", "stop ok",
        "dropSchedule OP002", "dropSchedule ok", "pauseSchedule OP004", "pauseSchedule ok",
        "putSchedule OP004", "putSchedule changed", "putSchedule created", "putSchedule same",
        "resumeSchedule OP002", "resumeSchedule OP003", "resumeSchedule ok", "runSchedule OP002",
        "runSchedule ok", "sweep buffered active", "sweep cancelled", "sweep enqueued",
        "sweep enqueued buffered", "sweep none", "sweep ok", "sweep pause ended", "sweep paused failures",
        "sweep skipped active", "sweep skipped buffered", "sweep skipped error", "sweep skipped late",
        "sweep skipped paused", "sweep skipped window", "sweep waits",
        "decide OP003", "decide OP005", "decide approved", "decide rejected",
        "decide rejected fail", "extend OP003",
        "advanceWaits none", "advanceWaits slept", "advanceWaits some", "advanceWaits timed_out fail",
        "claim slept", "claim timed_out", "claim timed_out branch", "claim timed_out fail",
        "enqueue next InvalidPerformAt", "enqueue timed_out",
        "signal OP002", "signal OP004", "signal delivered", "signal duplicate",
        "signal kept", "signal refused", "signalKey OP002", "signalKey delivered",
        "signalKey kept", "signalKey refused", "wakeUp OP003", "wakeUp ok", "wakeUp woken",
        "setLimit OP004", "setLimit ok", "resetLimit OP002", "resetLimit ok",
        "recountLimits ok", "claim operation slot", "claim action slot", "claim in line", "claim from line",
        "enqueue OP004",
        "setRate OP004", "setRate ok", "resetRate ok", "consume OP002",
        "consume ok", "consume later", "closeRate OP002", "closeRate ok", "closeRate opened",
        "backOff ok", "claim start", "claim start from line", "claim in line of a rate", "claim turned away",
        "claim outdone",
        "setQueueLimit ok", "setQueueLimit none", "setQueueLimit counts what runs",
        "setQueueLimit below what runs", "setQueueLimit takes releases", "claim queue slot",
        "claim queue full",
        "setQueueFairness ok", "setQueueFairness none", "claim turn", "claim weighty turn", "claim in turn",
        "claim without turns",
        "unpark ok", "unregisterWorker gone", "unregisterWorker ok", "unregisterWorker released",
    ]

    /// The kinds that come a dozen times or more in ten thousand histories only.
    static let rare: Set<String> = [
        "resetLimit OP003", "enqueueKeyed OP007", "decide rejected branch", "enqueue OP007",
        "complete signalled", "skip OP007", "stop dead", "extend ok", "decide OP002", "resume ok",
        "wakeUp OP002", "skip OP002", "reschedule slept", "advanceWaits signalled", "claim signalled",
        "complete slept", "retry OP007", "signalKey duplicate", "signalKey slept", "snooze failed",
        "claim next StepLimit",
    ]

    /// What so many histories must have come to; a run that lacks one of these says more about the generator than about luck.
    static func expected(of histories: Int) -> Set<String> {
        switch histories {
        case 10_000...: required.union(rare)
        case 1_000...: required
        default: []
        }
    }
}
