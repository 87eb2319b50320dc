import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Draws an operation.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw the plan of an operation by its name, or one operation by its number.",
        discussion: """
            graph Fulfilment
            graph 48213 --format mermaid
            graph Fulfilment --format dot | dot -Tpng > fulfilment.png
            graph Fulfilment --format svg > fulfilment.svg

            An application draws its own definitions without a database; others are as workers registered them.
            """
    )

    /// The forms that a graph can have.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, mermaid, dot, svg
    }

    @Argument(
        help: ArgumentHelp("The operation's name, or its number.", valueName: "name|id"),
        completion: .namesAndIDs
    )
    var subject: String

    @Option(help: ArgumentHelp("Write text, mermaid, dot or svg.", valueName: "format"))
    var format = Format.text

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let graph = try await graph()
        let style = output.style
        if output.json { return StandardStream.output.writeLine(graph.json.description) }
        switch format {
        case .text: StandardStream.output.write(GraphText(graph: graph).text(style))
        case .mermaid: StandardStream.output.write(GraphMermaid(graph: graph).text)
        case .dot: StandardStream.output.write(GraphDot(graph: graph).text)
        case .svg: StandardStream.output.write(GraphSVG(graph: graph).text)
        }
    }

    private func graph() async throws -> FlowGraph {
        if let id = try? OperationID.parse(subject) {
            return try await options.withClient { client in try await run(id, client) }
        }
        if let own = try await Program.registry?.make().definition(subject) {
            return FlowGraph(plan: own.plan, of: own.name)
        }
        return try await options.withClient { client in
            guard let definition = try await client.definition(subject) else {
                throw try await Suggestion.unknownName(subject, client)
            }
            return FlowGraph(plan: definition.plan, of: definition.name)
        }
    }

    private func run(_ id: Int64, _ client: BackOpsClient) async throws -> FlowGraph {
        let record = try await client.handle(id).record()
        return FlowGraph(
            record,
            try await client.actions(of: id),
            plan: try await client.definition(record.name)?.plan,
            now: .now
        )
    }
}

extension FlowGraph {
    /// The document of `graph --json`.
    var json: JSONValue {
        [
            "title": .string(title), "limit": JSONValue(limit),
            "actions": .array(
                boxes.map { box in
                    [
                        "position": JSONValue(box.position), "branch": .string(box.branch),
                        "name": .string(box.name), "status": JSONValue(box.status?.word),
                        "remark": .string(box.remark), "is_wait": .bool(box.isWait),
                    ]
                }
            ),
            "arrows": .array(
                arrows.map { arrow in
                    [
                        "from": JSONValue(arrow.from), "to": JSONValue(arrow.to),
                        "kind": .string(arrow.kind.rawValue),
                    ]
                }
            ),
        ]
    }
}
