/// How many of the actions that an operation has to run are completed.
///
/// The total may change: an operation that jumps to a branch has its actions to run as well.
public struct OperationProgress: Sendable, Hashable, Codable {
    /// How many actions are completed.
    public let done: Int

    /// How many actions there are to run, completed ones included, as far as that is known.
    public let total: Int

    /// Makes a progress.
    ///
    /// - Parameters:
    ///   - done: How many actions are completed.
    ///   - total: How many there are to run.
    public init(done: Int, total: Int) {
        self.done = done
        self.total = total
    }

    /// Reads what the view `operation_status` has; nothing of nothing where it has something else.
    init(_ text: String) {
        let numbers = text.split(separator: "/").compactMap { Int($0) }
        self.init(done: numbers.first ?? 0, total: numbers.dropFirst().first ?? 0)
    }

    /// The part that is done, 0 to 1; 0 where there is nothing to run.
    public var fraction: Double { total > 0 ? Double(done) / Double(total) : 0 }
}

extension OperationProgress: CustomStringConvertible {
    /// Both numbers: `3/5`.
    public var description: String { "\(done)/\(total)" }
}
