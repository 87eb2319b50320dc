import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows a worker process: a row of the view `worker_status`.
public struct WorkerRecord: Sendable, Identifiable {
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
    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(0)
        host = try row.decode(1)
        pid = Int(try row.decode(2, as: Int32.self))
        version = try row.decode(3)
        queues = try row.decode(4)
        slots = Int(try row.decode(5, as: Int32.self))
        busy = try row.decode(6)
        startedAt = try row.time(7)
        heartbeatAt = try row.time(8)
        isAlive = try row.decode(9)
        isSleeping = try row.decode(10)
        isStopping = try row.decode(11)
        isCapped = try row.decode(12)
        schemaVersion = try row.decode(13, as: Int32?.self).map { Int($0) }
    }
}
