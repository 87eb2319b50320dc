import BackOps

/// What a program lacks, as a table.
struct DeployText {
    private let obstacles: [DeployObstacle]

    init(_ obstacles: [DeployObstacle]) { self.obstacles = obstacles }

    func text(_ style: Style) -> String {
        var table = Table(["OPERATION", "ACTION", "IN FLIGHT", "AT IT", "EXAMPLE"])
        table.shrinkable = [1, 0]
        table.least = [1: 16, 0: 16]
        table.rows = obstacles.map { obstacle in
            [
                Table.Cell(obstacle.operation ?? "(its own branches)"),
                Table.Cell(obstacle.action ?? "(parked)"), Table.Cell("\(obstacle.operations)"),
                Table.Cell("\(obstacle.atIt)", obstacle.atIt > 0 ? .red : nil),
                Table.Cell("#\(obstacle.exampleID)"),
            ]
        }
        return "this program does not know\n" + table.text(style)
    }
}

extension DeployObstacle {
    var json: JSONValue {
        [
            "operation": JSONValue(operation), "action": JSONValue(action),
            "operations": JSONValue(operations),
            "at_it": JSONValue(atIt), "example_id": .integer(exampleID),
        ]
    }
}
