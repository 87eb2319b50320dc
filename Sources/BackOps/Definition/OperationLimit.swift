/// How many operations go on at once: ``OperationDefinition/limit``.
///
/// ```swift
/// var limit: OperationLimit? { .exclusive(by: .customer) }
/// ```
///
/// An operation takes its slot before its first action and gives it back at its end, whatever ends it: it keeps the slot through
/// retries, waits, and the death of a worker. Who finds none free waits in line, by priority and then in the order in which they came.
/// What an operation waits for before its first action needs no slot yet.
public struct OperationLimit: Sendable, Hashable {
    private let name: String?
    private let maximum: Int?
    private let key: String?
    private let freeWhileWaiting: Bool
    private var whenFull = WhenFull.wait
    private var maxWaiting: Int?

    /// What becomes of an operation that comes to its first action and finds no slot free.
    public enum WhenFull: String, Sendable, Hashable, CaseIterable {
        /// It waits in line.
        case wait
        /// It is cancelled.
        case drop
        /// It waits, and the oldest of those that hold a slot or wait is cancelled, also while an action of it runs.
        case cancelOldest = "cancel_oldest"
        /// It waits, and those that waited before it are cancelled.
        case replaceWaiting = "replace_waiting"
    }

    private init(name: String?, maximum: Int?, key: String?, freeWhileWaiting: Bool) {
        self.name = name
        self.maximum = maximum
        self.key = key
        self.freeWhileWaiting = freeWhileWaiting
    }

    /// Lets one operation go on at a time.
    ///
    /// - Parameters:
    ///   - name: What is limited; nil is the operation's name. Operations that name the same take turns with each other.
    ///   - key: The global by whose values they are told apart: those of one value take turns, and those without the global do. Nil
    ///     is all of them.
    ///   - freeWhileWaiting: Whether the slot is given back at a step that waits, and taken again behind it.
    /// - Returns: The limit.
    public static func exclusive(
        _ name: String? = nil,
        by key: GlobalKey<some Codable & Sendable>? = GlobalKey<String>?.none,
        freeWhileWaiting: Bool = false
    ) -> OperationLimit {
        OperationLimit(name: name, maximum: 1, key: key?.name, freeWhileWaiting: freeWhileWaiting)
    }

    /// Lets some operations go on at a time.
    ///
    /// - Parameters:
    ///   - name: What is limited: 1 to 200 characters, without "/" and control characters. All who name it share its slots.
    ///   - maximum: How many go on at once, 1 to 1,000,000; nil is what another plan says, or
    ///     ``BackOpsClient/setLimit(_:to:reason:)``, which wins over what is said here in any case.
    ///   - key: The global by whose values they are told apart: each value has slots of its own. Nil is all of them.
    ///   - freeWhileWaiting: Whether the slot is given back at a step that waits, and taken again behind it.
    /// - Returns: The limit.
    public static func limit(
        _ name: String,
        _ maximum: Int? = nil,
        by key: GlobalKey<some Codable & Sendable>? = GlobalKey<String>?.none,
        freeWhileWaiting: Bool = false
    ) -> OperationLimit {
        OperationLimit(name: name, maximum: maximum, key: key?.name, freeWhileWaiting: freeWhileWaiting)
    }

    /// Says what becomes of an operation that finds no slot.
    ///
    /// - Parameter choice: To wait, or what else.
    /// - Returns: The limit with that.
    public func whenFull(_ choice: WhenFull) -> OperationLimit {
        var limit = self
        limit.whenFull = choice
        return limit
    }

    /// Lets so many wait, of each key where there are some; who comes beyond that is cancelled.
    ///
    /// - Parameter count: 0 to 1,000,000.
    /// - Returns: The limit with that.
    public func waiting(atMost count: Int) -> OperationLimit {
        var limit = self
        limit.maxWaiting = count
        return limit
    }

    /// The limit as the plan of an operation has it.
    func planned(for operation: String) -> PlannedLimit {
        PlannedLimit(
            name: name ?? operation,
            maximum: maximum,
            key: key,
            freeWhileWaiting: freeWhileWaiting,
            whenFull: whenFull == .wait ? nil : whenFull.rawValue,
            maxWaiting: maxWaiting
        )
    }
}
