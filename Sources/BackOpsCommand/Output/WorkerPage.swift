import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Workers as a table, and what they hold.
struct WorkerPage {
    let workers: [WorkerRecord]
    /// Nil where it was not asked for.
    let jobs: [HeldJob]?
    var now = Date()

    func text(_ style: Style) -> String {
        var table = Table(["WORKER", "STATE", "BUSY", "QUEUES", "VERSION", "LAST SEEN", "UP"])
        table.shrinkable = [3, 4, 0]
        table.least = [0: 16, 3: 12]
        table.dispensable = [4, 6, 5]
        table.rows = workers.map { worker in
            let (state, colour) = Self.state(worker)
            return [
                Table.Cell(worker.name), Table.Cell(state, colour),
                Table.Cell("\(worker.busy)\(worker.isCapped ? "+" : "")/\(worker.slots)"),
                Table.Cell(worker.queues.joined(separator: ", ")),
                Table.Cell(worker.version.isEmpty ? "—" : worker.version),
                Table.Cell(Ago.sentence(worker.heartbeatAt, now: now)),
                Table.Cell(Ago.short(worker.startedAt, now: now)),
            ]
        }
        return table.text(style) + (jobs.map { "\n" + held($0, style) } ?? "")
    }

    private static func state(_ worker: WorkerRecord) -> (String, Colour?) {
        if !worker.isAlive { return ("✗ lost", .red) }
        if worker.isStopping { return ("◷ stopping", .yellow) }
        return worker.busy > 0 ? ("● working", .blue) : ("✓ idle", .green)
    }

    private func held(_ jobs: [HeldJob], _ style: Style) -> String {
        guard !jobs.isEmpty else { return "nobody holds anything\n" }
        var table = Table(["WORKER", "HOLDS", "OPERATION", "ACTION", "TRY", "SINCE", "PROGRESS"])
        table.shrinkable = [6, 3, 2]
        table.least = [6: 16, 3: 16, 2: 10]
        table.dispensable = [4, 2]
        table.rows = jobs.map { job in
            let worker = workers.first { $0.id == job.workerID }
            let progress = job.progress.map { "\(Int($0.fraction * 100))% \($0.note ?? "")" }
            return [
                Table.Cell(worker?.name ?? "\(job.workerID)"), Table.Cell("#\(job.operationID)"),
                Table.Cell(job.operation), Table.Cell(job.action), Table.Cell("\(job.attempt)"),
                Table.Cell(Ago.short(job.since, now: now)), Table.Cell(progress ?? ""),
            ]
        }
        return table.text(style)
    }

    /// The document of `workers --json`.
    var json: JSONValue {
        .array(
            workers.map { worker in
                var document: [String: JSONValue] = [
                    "id": .integer(worker.id), "host": .string(worker.host), "pid": JSONValue(worker.pid),
                    "version": .string(worker.version),
                    "queues": .array(worker.queues.map { .string($0) }), "slots": JSONValue(worker.slots),
                    "busy": JSONValue(worker.busy), "started_at": JSONValue(worker.startedAt),
                    "heartbeat_at": JSONValue(worker.heartbeatAt), "alive": .bool(worker.isAlive),
                    "sleeping": .bool(worker.isSleeping), "stopping": .bool(worker.isStopping),
                    "capped": .bool(worker.isCapped), "schema_version": JSONValue(worker.schemaVersion),
                ]
                if let jobs {
                    document["jobs"] = .array(jobs.filter { $0.workerID == worker.id }.map(\.json))
                }
                return .object(document)
            }
        )
    }
}

extension HeldJob {
    var json: JSONValue {
        [
            "operation_id": .integer(operationID), "operation": .string(operation),
            "action": .string(action), "attempt": JSONValue(attempt), "since": JSONValue(since),
            "progress": progress.flatMap { JSONValue.Number($0.fraction) }.map(JSONValue.number) ?? .null,
            "progress_note": JSONValue(progress?.note),
        ]
    }
}
