/// The order in which operations are read; those that are the same in it follow by their numbers.
public enum OperationOrder: String, Sendable, Hashable, CaseIterable, Codable {
    /// By number, the newest first: the only order that a page costs nothing in, however many operations there are.
    case id
    /// By name, from a to z.
    case name
    /// By queue, from a to z.
    case queue
    /// By priority, what is served first first.
    case priority
    /// By their end, the latest first; what has not ended comes last.
    case ended
    /// By the time at which they go on, the soonest first; what does not wait comes last.
    case due

    /// Whether the greatest value comes first.
    var isDescending: Bool { self == .id || self == .ended }
}
