import LibPQ

/// Something that active operations need and a program does not have.
public struct DeployObstacle: Sendable, Hashable, Codable {
    /// The operation's name; nil where operations brought their own branches.
    public let operation: String?

    /// The action's name; nil where operations are parked, because nobody has registered their name.
    public let action: String?

    /// How many active operations have the action before them, or may jump to it.
    public let operations: Int

    /// How many of these are at it right now.
    public let atIt: Int

    /// The smallest id of these operations.
    public let exampleID: Int64
}

extension DeployObstacle {
    init(_ row: PQRow) throws(PQError) {
        let handler = try row.decode(0, as: String.self)
        let slash = handler.firstIndex(of: "/") ?? handler.endIndex
        operation = handler[..<slash].isEmpty ? nil : String(handler[..<slash])
        let rest = handler[slash...].dropFirst()
        action = rest.isEmpty ? nil : String(rest)
        operations = try row.decode(1)
        atIt = try row.decode(2)
        exampleID = try row.decode(3)
    }
}
