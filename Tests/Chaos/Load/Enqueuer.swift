import BackOps
import LibPQ
import Synchronization

/// Keeps a backlog of operations, and remembers every one whose enqueue was acknowledged.
///
/// Each has a key, so that an enqueue whose answer was lost can simply be repeated.
final class Enqueuer: Sendable {
    private let settings: RunSettings
    private let client: BackOpsClient
    private let memory: Memory
    private let number = Mutex<Int64>(0)

    init(_ settings: RunSettings, client: BackOpsClient, memory: Memory) {
        self.settings = settings
        self.client = client
        self.memory = memory
    }

    /// Enqueues whenever fewer operations are under way than the settings want.
    func run(until deadline: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < deadline {
            let missing = try await patiently { settings.backlog - (try await self.active()) }
            for _ in 0..<max(0, min(missing, 50)) { try await enqueue() }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Enqueues operations without long actions.
    ///
    /// - Returns: Their ids.
    func enqueueQuick(_ count: Int) async throws -> [Int64] {
        var ids: [Int64] = []
        for _ in 0..<count { ids.append(try await enqueue([Load.quick: true])) }
        return ids
    }

    private func active() async throws -> Int {
        try await client.pool.query("select count(*) from backops.jobs").first?.decode(0, as: Int.self) ?? 0
    }

    @discardableResult
    private func enqueue(_ globals: [String: JSONValue] = [:]) async throws -> Int64 {
        let number = number.withLock { number in
            number += 1
            return number
        }
        var dice = Dice(seed: settings.seed, number)
        let shape = Shape.allCases.randomElement(using: &dice) ?? .line
        let key = "chaos-\(number)"
        let bySQL = shape.branches != nil || dice.chance(0.5)
        var globals = globals
        if shape == .limited || shape == .paced {
            globals[Limited.customer] = .integer(number % Limited.customers)
        }
        let document = JSONValue.object(globals)
        let id = try await patiently { try await self.send(shape, key, document, bySQL: bySQL) }
        memory.acknowledge(id, key: key)
        if shape == .patient { try await signal(id, key, &dice) }
        // Again, as somebody would who is not sure.
        guard dice.chance(0.05) else { return id }
        let again = try await patiently { try await self.send(shape, key, document, bySQL: bySQL) }
        memory.acknowledge(again, key: key)
        return id
    }

    /// Sends a signal at about the time at which the operation begins to wait for it, often more than once.
    private func signal(_ id: Int64, _ key: String, _ dice: inout Dice) async throws {
        guard dice.chance(0.8) else { return }
        for _ in 0..<(dice.chance(0.3) ? 2 : 1) {
            try await Task.sleep(for: dice.duration(.zero ... .milliseconds(60)))
            let answer = try await patiently {
                try await self.client.signal(id, Patient.signal, payload: key, dedupKey: key)
            }
            if answer != .refused { memory.note { $0.signalled[id] = key } }
        }
    }

    private func send(_ shape: Shape, _ key: String, _ globals: JSONValue, bySQL: Bool) async throws -> Int64
    {
        guard bySQL else {
            var request = OperationRequest(shape.rawValue)
            for (name, value) in globals.objectValue ?? [:] { request.globals[name.text] = value }
            request.key = key
            return try await client.enqueue(request).id
        }
        let inserted = try await client.pool.query(
            """
            insert into backops.operations (name, key, globals, branches)
            values (\(shape.rawValue), \(key), \(PQJSON(globals.description)), \(shape.branches)::json)
            on conflict (name, key) where key is not null do nothing
            returning id
            """
        )
        if let row = inserted.first { return try row.decode(0) }
        let found = try await client.pool.query(
            "select id from backops.operations where name = \(shape.rawValue) and key = \(key)"
        )
        guard let row = found.first else {
            throw PQError(.misuse, "The key \(key) is taken, and nobody has it.")
        }
        return try row.decode(0)
    }

    /// Repeats until the database answers: what an application does while its database restarts.
    private func patiently<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        let deadline = ContinuousClock.now + settings.drainLimit
        while true {
            do {
                return try await body()
            } catch let error where ContinuousClock.now < deadline && Outage.explains(error) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
            }
        }
    }
}
