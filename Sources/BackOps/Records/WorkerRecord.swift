import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A worker process: a row of the view `worker_status`.
public struct WorkerRecord: Sendable, Hashable, Identifiable, Codable {
    /// Its number, a random one; a process that starts again has another.
    public let id: Int64
    /// Its host.
    public let host: String
    /// Its process id on that host.
    public let pid: Int
    /// The version of the application that it runs; empty where it did not say.
    public let version: String
    /// The queues that it serves.
    public let queues: [String]
    /// How many actions it can run at once.
    public let slots: Int
    /// How many it holds.
    public let busy: Int
    /// When it registered.
    public let startedAt: Date
    /// When it last renewed its lease.
    public let heartbeatAt: Date
    /// Whether its lease runs and its connection is there; otherwise others take its jobs over.
    public let isAlive: Bool
    /// Whether it waits to be woken.
    public let isSleeping: Bool
    /// Whether it finishes what it holds and takes nothing more.
    public let isStopping: Bool
    /// Whether it may hold more than ``busy`` says, because counting stopped at a cap.
    public let isCapped: Bool
    /// The newest version of the schema that it knows, where it said so.
    public let schemaVersion: Int?

    /// Host and process id in words, as operations and attempts name a worker.
    public var name: String { "\(host) pid \(pid)" }
}

extension WorkerRecord {
    package enum Column: String, SelectList {
        case id, host, pid, version, queues, slots, busy
        case startedAt = "started_at"
        case heartbeatAt = "heartbeat_at"
        case isAlive = "not missing"
        case isSleeping = "sleeping"
        case isStopping = "stopping"
        case isCapped = "capped"
        case schemaVersion = "schema_version"
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        host = try row.decode(Column.host)
        pid = try row.int(Column.pid)
        version = try row.decode(Column.version)
        queues = try row.decode(Column.queues)
        slots = try row.int(Column.slots)
        busy = try row.decode(Column.busy)
        startedAt = try row.time(Column.startedAt)
        heartbeatAt = try row.time(Column.heartbeatAt)
        isAlive = try row.decode(Column.isAlive)
        isSleeping = try row.decode(Column.isSleeping)
        isStopping = try row.decode(Column.isStopping)
        isCapped = try row.decode(Column.isCapped)
        schemaVersion = try row.intIfAny(Column.schemaVersion)
    }
}
