/// The graph as a Mermaid flowchart, which GitHub, GitLab and many editors draw.
struct GraphMermaid {
    let graph: FlowGraph

    var text: String {
        var text = "---\ntitle: \(Self.quoted(graph.heading))\n---\nflowchart LR\n"
        for (number, branch) in graph.branches.enumerated() {
            text += "  subgraph b\(number)[\(Self.quoted(branch))]\n    direction LR\n"
            for box in graph.lane(branch) {
                let style = box.status.map { ":::\($0.word)" } ?? ""
                let (open, close) = box.isWait ? ("{", "}") : ("[", "]")
                text += "    a\(box.position)\(open)\(Self.quoted(box.label))\(close)\(style)\n"
            }
            text += "  end\n"
        }
        for arrow in graph.arrows {
            text += "  a\(arrow.from) \(Self.line(arrow.kind)) a\(arrow.to)\n"
        }
        for status in Set(graph.boxes.compactMap(\.status)).sorted(by: { $0.word < $1.word }) {
            text +=
                "  classDef \(status.word) stroke:\(GraphColour.stroke(status)),fill:\(GraphColour.fill(status)),"
            text += "color:#1f2328\n"
        }
        return text
    }

    private static func line(_ kind: FlowGraph.Arrow.Kind) -> String {
        switch kind {
        case .next: "-->"
        case .mayJump: "-. may jump .->"
        case .back: "-.->"
        case .jumped: "==>"
        }
    }

    /// Mermaid takes a quote in a quoted text as an entity only.
    private static func quoted(_ text: String) -> String {
        "\"" + Sanitised.line(text).replacing("#", with: "#35;").replacing("\"", with: "#quot;") + "\""
    }
}

/// The colours of boxes in pictures; text on them is dark.
enum GraphColour {
    static func stroke(_ status: Status?) -> String {
        switch status?.colour {
        case .green: "#1a7f37"
        case .red: "#cf222e"
        case .yellow: "#9a6700"
        case .blue: "#0969da"
        default: "#6e7781"
        }
    }

    static func fill(_ status: Status?) -> String {
        switch status?.colour {
        case .green: "#dafbe1"
        case .red: "#ffebe9"
        case .yellow: "#fff8c5"
        case .blue: "#ddf4ff"
        default: "#f6f8fa"
        }
    }
}
