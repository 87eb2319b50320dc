/// An operation to enqueue, before anything is written.
///
/// ``BackOpsClient`` makes one for each of its `enqueue` methods. Make one yourself to run its ``statement(schema:)`` with a
/// PostgreSQL client of your own.
public struct OperationRequest: Sendable {
    /// The operation's name.
    public var name: String

    /// The globals.
    public var globals: Globals

    /// When the first action may start.
    public var when: When

    /// The idempotency key: at most one operation of this name has it, as long as its row exists.
    ///
    /// With another ``mode`` than ``EnqueueMode/once``, what enqueues have in common that take each other into account.
    public var key: String?

    /// What the enqueue does where the key is taken.
    public var mode = EnqueueMode.once

    /// The queue: a-z, 0-9, dot, dash, underscore.
    public var queue: String

    /// The priority: 0 is served first, 9 last.
    public var priority: Int

    /// Free labels.
    public var tags: [String]

    /// The trace that it belongs to, as W3C Trace Context writes it; nil is that of the current span, if there is a tracer.
    public var traceparent: String?

    /// The plan, for an operation that does not use a registered one.
    package var plan: Plan?

    /// Describes an operation whose definition a worker registers.
    ///
    /// - Parameters:
    ///   - name: The definition's name.
    ///   - globals: The globals.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    public init(
        _ name: String,
        _ globals: Globals = [:],
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = []
    ) {
        self.name = name
        self.globals = globals
        self.when = when
        self.key = key
        self.queue = queue
        self.priority = priority
        self.tags = tags
    }

    /// Describes an operation of a definition.
    ///
    /// - Parameters:
    ///   - definition: The definition.
    ///   - globals: The globals.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    public init(
        _ definition: (some OperationDefinition).Type,
        _ globals: Globals = [:],
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = []
    ) {
        self.init(
            definition.name,
            globals,
            when: when,
            key: key,
            queue: queue,
            priority: priority,
            tags: tags
        )
    }

    /// Describes an operation that brings its own branches.
    ///
    /// Workers run it whose definitions, or `actions`, hold actions of these names.
    ///
    /// - Parameters:
    ///   - name: A free name.
    ///   - globals: The globals.
    ///   - when: When the first action may start.
    ///   - key: The idempotency key.
    ///   - queue: The queue: a-z, 0-9, dot, dash, underscore.
    ///   - priority: 0 is served first, 9 last.
    ///   - tags: Free labels.
    ///   - limit: How many operations go on at once.
    ///   - branches: The branches; bare actions form `main`.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidPlan`` or ``BackOpsError/Code/invalidName``.
    public init(
        name: String,
        _ globals: Globals = [:],
        when: When = .now,
        key: String? = nil,
        queue: String = "default",
        priority: Int = 5,
        tags: [String] = [],
        limit: OperationLimit? = nil,
        @BranchBuilder branches: () -> [Branch]
    ) throws(BackOpsError) {
        self.init(name, globals, when: when, key: key, queue: queue, priority: priority, tags: tags)
        plan = try Plan(operation: name, branches: branches(), limit: limit)
    }
}
