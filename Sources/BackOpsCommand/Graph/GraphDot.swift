/// The graph in the language of Graphviz: `graph … --format dot | dot -Tpng`.
struct GraphDot {
    let graph: FlowGraph

    var text: String {
        var text = """
            digraph \(Self.quoted(graph.heading)) {
              rankdir=LR
              label=\(Self.quoted(graph.heading)) labelloc=t fontname="sans-serif"
              node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=11 fontcolor="#1f2328"]
              edge [color="#6e7781" fontname="sans-serif" fontsize=9]

            """
        for (number, branch) in graph.branches.enumerated() {
            text += "  subgraph cluster_\(number) {\n    label=\(Self.quoted(branch)) color=\"#d0d7de\"\n"
            for box in graph.lane(branch) {
                text += "    a\(box.position) [label=\(Self.quoted(box.label))"
                text += " color=\"\(GraphColour.stroke(box.status))\""
                text += " fillcolor=\"\(GraphColour.fill(box.status))\""
                text += box.isWait ? " shape=diamond style=filled]\n" : "]\n"
            }
            text += "  }\n"
        }
        for arrow in graph.arrows {
            text += "  a\(arrow.from) -> a\(arrow.to)\(Self.attributes(arrow.kind))\n"
        }
        return text + "}\n"
    }

    private static func attributes(_ kind: FlowGraph.Arrow.Kind) -> String {
        switch kind {
        case .next: ""
        case .mayJump: " [style=dashed label=\"may jump\"]"
        case .back: " [style=dashed constraint=false]"
        case .jumped: " [style=bold color=\"#1f2328\"]"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + Sanitised.line(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
