import EngineModel

extension ScheduleCommand {
    /// The call for a schedule of a name.
    func sql(_ name: String) -> String {
        switch self {
        case .putSchedule(let request): request.sql(name)
        case .pauseSchedule(let reason, let seconds):
            """
            select pause_schedule('\(name)', \(reason.map { "'\($0)'" } ?? "null")\
            \(seconds.map { ", clock_now() + interval '\($0) seconds'" } ?? ""))
            """
        case .resumeSchedule: "select resume_schedule('\(name)')"
        case .dropSchedule: "select unschedule('\(name)')"
        case .runSchedule: "select run_schedule('\(name)')"
        }
    }
}

extension ScheduleRequest {
    fileprivate func sql(_ name: String) -> String {
        var arguments = ["'\(name)'", "'\(operation)'", "globals => '\(Rendered.globals(globals))'"]
        arguments.append(slots.cron.map { "cron => '\($0)'" } ?? "every => '\(slots.period) seconds'")
        arguments += ["overlap => '\(overlap.rawValue)'", "catch_up => '\(catchUp.rawValue)'"]
        arguments.append("catch_up_limit => \(limit)")
        if let window { arguments.append("catch_up_window => '\(window) seconds'") }
        if let pauseAfterFailures { arguments.append("pause_after_failures => \(pauseAfterFailures)") }
        if let startsAt { arguments.append("starts_at => to_timestamp(\(Rendered.epoch + startsAt))") }
        if let endsAt { arguments.append("ends_at => to_timestamp(\(Rendered.epoch + endsAt))") }
        return "select format('%s', schedule(\(arguments.joined(separator: ", "))) is not null)"
    }
}

extension ModelSchedule {
    /// Its rows as `model_state()` of ``EngineSession`` writes them.
    func lines(_ names: Names) -> [String] {
        let pause = pausedAt.map { "\(Rendered.time($0))-\(Rendered.time(pausedUntil))" }
        let columns = [
            "schedule", name, request.operation, request.slots.cron ?? String(request.slots.period),
            Rendered.globals(request.globals), Rendered.time(request.startsAt), Rendered.time(request.endsAt),
            request.overlap.rawValue, request.catchUp.rawValue, String(request.limit),
            String(request.window ?? 86_400), text(request.pauseAfterFailures),
            Rendered.time(decidedUntil), Rendered.time(nextAt), Rendered.time(dueAt),
            Rendered.time(bufferedSlot), activeIDs.map { names.operation($0) }.joined(separator: ","),
            String(failures), String(runs), String(skipped), Rendered.time(lastSlot),
            lastOperation.map { names.operation($0) } ?? "", pause ?? "",
            pauseReason?.text(names) ?? "", Rendered.time(erroredAt),
        ]
        return [columns.joined(separator: "|")]
            + skips.map { skip in
                let columns = [
                    "skip", name, Rendered.time(skip.first), Rendered.time(skip.last), String(skip.count),
                    skip.reason, skip.detail?.text(names) ?? "", Rendered.time(skip.at),
                ]
                return columns.joined(separator: "|")
            }
    }

    private func text(_ number: Int?) -> String { number.map { String($0) } ?? "" }
}

extension ModelSchedule.Reason {
    fileprivate func text(_ names: Names) -> String {
        switch self {
        case .text(let text): text
        case .failures(let count, let operation):
            "\(count) operations in a row have failed, operation \(names.operation(operation)) the last"
        case .active(let operation): "operation \(names.operation(operation)) is active"
        case .waiting(let slot): "slot \(Rendered.instant(slot)) waits already"
        }
    }
}
