import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An operation in one line of a live view: number, name, bar, where it is, and how that goes.
struct WatchLine {
    let record: OperationRecord
    let now: Date
    /// The time that the running action still needs at its pace so far, where that can be told.
    var remaining: Duration?

    private static let barWidth = 20

    /// Completed actions, and of the running one what it reports.
    var fraction: Double {
        if record.state == .completed { return 1 }
        guard record.progress.total > 0 else { return 0 }
        return record.progress.fraction
            + (record.reportedProgress?.fraction ?? 0) / Double(record.progress.total)
    }

    /// The line, with so many columns for the number and the name.
    func text(_ style: Style, id: Int, name: Int) -> String {
        let status = Status(record.status.rawValue)
        let start =
            TextWidth.pad("#\(record.id)", id) + " " + TextWidth.pad(Sanitised.line(record.name), name)
        var parts = [record.progress.description]
        if record.state != .completed, let action = record.action { parts.append(action) }
        parts.append(state(status))
        if record.state == .active { parts += progress }
        if let detail { parts.append(detail) }
        let bar = ProgressBar.text(fraction, width: Self.barWidth)
        let rest = Sanitised.line(parts.joined(separator: "  "))
        // The last column stays free: some terminals wrap there.
        let room = style.width.map { max(0, $0 - 1) } ?? .max
        let head = TextWidth.fit(start, room)
        let left = room - TextWidth.of(head) - 1 - (Self.barWidth + 2)
        guard left > 2 else { return head }
        return head + " " + style.paint(bar, status.colour) + " " + TextWidth.fit(rest, left - 1)
    }

    private func state(_ status: Status) -> String {
        var text = status.text
        if record.state == .active {
            if record.attempt > 1 || record.status == .retrying {
                text += " \(record.attempt)" + (record.maxAttempts.map { "/\($0)" } ?? "")
            }
            if let due = record.runAt, due > now { text += " \(Ago.sentence(due, now: now))" }
        } else if let end = record.endedAt {
            text += " after \(DurationText.short(Ago.duration(from: record.createdAt, to: end)))"
        }
        return text
    }

    private var progress: [String] {
        guard let progress = record.reportedProgress else { return [] }
        var text = "\(Int((progress.fraction * 100).rounded(.down)))%"
        if let note = progress.note, !note.isEmpty { text += " “\(note)”" }
        return [text] + (remaining.map { ["eta \(DurationText.short($0))"] } ?? [])
    }

    private var detail: String? {
        OperationTable.error(record) ?? record.note
    }
}

/// How fast running actions get on, from what they reported since they were first seen.
struct ProgressPace {
    private struct Start: Hashable {
        let action: String?
        let attempt: Int
        let fraction: Double
        let date: Date
    }

    private var starts: [Int64: Start] = [:]

    /// Takes what was read of an operation, and tells how long its action still needs; nil while that cannot be said.
    mutating func remaining(_ record: OperationRecord, now: Date) -> Duration? {
        guard let fraction = record.reportedProgress?.fraction else {
            starts[record.id] = nil
            return nil
        }
        guard let start = starts[record.id], start.action == record.action,
            start.attempt == record.attempt, start.fraction <= fraction
        else {
            starts[record.id] = Start(
                action: record.action,
                attempt: record.attempt,
                fraction: fraction,
                date: now
            )
            return nil
        }
        let elapsed = now.timeIntervalSince(start.date)
        guard fraction > start.fraction, elapsed > 0 else { return nil }
        return .seconds(elapsed * (1 - fraction) / (fraction - start.fraction))
    }
}
