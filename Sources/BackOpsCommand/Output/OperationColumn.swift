import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A column of a table of operations, under the name that the view `operation_status` and `--json` give it.
enum OperationColumn: Hashable, Sendable {
    case id, name, state, status, progress, action, attempt, queue, priority, key, tags, worker, error, note
    case runAt, createdAt, endedAt, globals
    /// What went wrong, else why it does not go on, else what it says of itself.
    case remark
    /// One of the globals.
    case global(String)

    private static let named: KeyValuePairs<String, OperationColumn> = [
        "id": .id, "name": .name, "state": .state, "status": .status, "progress": .progress,
        "action": .action,
        "attempt": .attempt, "queue": .queue, "priority": .priority, "key": .key, "tags": .tags,
        "worker": .worker, "error": .error, "note": .note, "run_at": .runAt, "created_at": .createdAt,
        "ended_at": .endedAt, "globals": .globals,
    ]

    /// What `--columns` takes.
    static var names: [String] { named.map(\.key) + ["globals.KEY"] }

    /// What is shown where nothing else was asked for.
    static let usual: [OperationColumn] = [
        .id, .name, .status, .progress, .action, .attempt, .createdAt, .remark,
    ]

    /// Reads names that commas divide.
    ///
    /// - Throws: ``ArgumentError`` that names them all.
    static func parse(_ text: String) throws(ArgumentError) -> [OperationColumn] {
        var columns: [OperationColumn] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if word.hasPrefix("globals."), word.utf8.count > 8 {
                columns.append(.global(String(word.dropFirst(8))))
            } else if let column = named.first(where: { $0.key == word })?.value {
                columns.append(column)
            } else {
                throw .unknown(word, as: "column", of: names)
            }
        }
        return columns
    }

    var title: String {
        switch self {
        case .id: "ID"
        case .name: "OPERATION"
        case .state, .status: "STATE"
        case .progress: "ACTIONS"
        case .action: "NOW AT"
        case .attempt: "TRY"
        case .queue: "QUEUE"
        case .priority: "PRIORITY"
        case .key: "KEY"
        case .tags: "TAGS"
        case .worker: "WORKER"
        case .error: "ERROR"
        case .note: "NOTE"
        case .runAt: "DUE"
        case .createdAt: "AGE"
        case .endedAt: "ENDED"
        case .globals: "GLOBALS"
        case .remark: ""
        case .global(let key): key
        }
    }

    /// The width that it keeps where there is little room; nil for columns that never give way.
    var least: Int? {
        switch self {
        case .remark, .error: 28
        case .action: 16
        case .name, .note, .globals, .worker, .key, .tags, .queue, .global: 10
        default: nil
        }
    }

    /// The members of the `--json` document.
    var members: [String] {
        switch self {
        case .error: ["error_type", "error_message"]
        case .attempt: ["attempt", "max_attempts"]
        case .remark: []
        case .global: ["globals"]
        default: Self.named.first { $0.value == self }.map { [$0.key] } ?? []
        }
    }

    func cell(_ record: OperationRecord, now: Date) throws -> Table.Cell {
        let status = Status(record.status.rawValue)
        let isOver = record.state == .completed
        switch self {
        case .id: return Table.Cell("\(record.id)")
        case .name: return Table.Cell(record.name)
        case .state: return Table.Cell(record.state.rawValue)
        case .status: return Table.Cell(status.text, status.colour)
        case .progress: return Table.Cell(OperationTable.squares(record.progress, status))
        case .action: return Table.Cell(isOver ? "—" : record.action ?? "—", isOver ? .dim : nil)
        case .attempt: return Table.Cell(isOver ? "" : OperationTable.tries(record))
        case .queue: return Table.Cell(record.queue)
        case .priority: return Table.Cell("\(record.priority)")
        case .key: return Table.Cell(record.key ?? "")
        case .tags: return Table.Cell(record.tags.joined(separator: ", "))
        case .worker: return Table.Cell(record.worker ?? "")
        case .error: return Table.Cell(OperationTable.error(record) ?? "", .red)
        case .note: return Table.Cell(record.note ?? "", .dim)
        case .runAt: return Table.Cell(record.runAt.map { Ago.sentence($0, now: now) } ?? "")
        case .createdAt: return Table.Cell(Ago.short(record.createdAt, now: now))
        case .endedAt: return Table.Cell(record.endedAt.map { Ago.sentence($0, now: now) } ?? "")
        case .globals: return Table.Cell(record.globals.shown.description)
        case .remark:
            return Table.Cell(OperationTable.remark(record), record.state == .failed ? .red : .dim)
        case .global(let key):
            return Table.Cell(try record.globals.members()[JSONValue.Key(key)]?.description ?? "")
        }
    }
}

extension OperationRecord {
    /// The document of `--json`, or the members of it that some columns show.
    func json(_ columns: [OperationColumn]?) throws -> JSONValue {
        let document = try json()
        guard let columns, let members = document.objectValue else { return document }
        let names = Set(columns.flatMap { $0.members }.map { JSONValue.Key($0) })
        var chosen = members.filter { names.contains($0.key) }
        let keys: [JSONValue.Key] = columns.compactMap {
            if case .global(let key) = $0 { JSONValue.Key(key) } else { nil }
        }
        if !keys.isEmpty, !columns.contains(.globals), let globals = members["globals"]?.objectValue {
            chosen["globals"] = .object(globals.filter { keys.contains($0.key) })
        }
        return .object(chosen)
    }
}
