/// The graph as a picture of its own: lanes below each other, one for each branch.
///
/// It needs no style sheet and no script, and every box has its full text as a title.
struct GraphSVG {
    private let graph: FlowGraph
    private let layout: GraphLayout

    init(graph: FlowGraph) {
        self.graph = graph
        layout = GraphLayout(graph)
    }

    var text: String {
        let (width, height) = (layout.width, layout.height)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" role="img" font-family="system-ui, sans-serif" font-size="13">
            <title>\(Self.escaped(graph.heading))</title>
            <desc>\(Self.escaped(description))</desc>
            <defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
            markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>
            <rect width="\(width)" height="\(height)" fill="#ffffff"/>
            <text x="\(GraphLayout.margin)" y="24" font-weight="600" fill="#1f2328">\(Self.escaped(graph.heading))</text>

            """
        for (lane, name) in graph.branches.enumerated() {
            let y = layout.middle(ofLane: lane) + 4
            text +=
                "<text x=\"\(GraphLayout.margin)\" y=\"\(y)\" fill=\"#57606a\">\(Self.escaped(name))</text>\n"
        }
        for route in layout.routes { text += Self.line(route) }
        for place in layout.places { text += Self.box(place) }
        return text + "</svg>\n"
    }

    private static func line(_ route: GraphLayout.Route) -> String {
        let style =
            switch route.arrow.kind {
            case .next: "stroke=\"#6e7781\""
            case .mayJump, .back: "stroke=\"#8c959f\" stroke-dasharray=\"4 4\""
            case .jumped: "stroke=\"#1f2328\" stroke-width=\"2\""
            }
        let path = route.points.enumerated().map {
            "\($0.offset == 0 ? "M" : "L")\($0.element.x) \($0.element.y)"
        }
        return "<path d=\"\(path.joined())\" fill=\"none\" \(style) marker-end=\"url(#head)\"/>\n"
    }

    private static func box(_ place: GraphLayout.Place) -> String {
        """
        <g><title>\(escaped("\(place.box.branch)/\(place.box.label)"))</title>\
        \(shape(place)) \
        fill="\(GraphColour.fill(place.box.status))" stroke="\(GraphColour.stroke(place.box.status))"/>\
        <text x="\(place.x + place.width / 2)" y="\(place.y + GraphLayout.boxHeight / 2 + 5)" \
        text-anchor="middle" fill="#1f2328">\(escaped(place.label))</text></g>

        """
    }

    /// A rectangle for an action, a diamond for a wait.
    private static func shape(_ place: GraphLayout.Place) -> String {
        let (x, y, height) = (place.x, place.y, GraphLayout.boxHeight)
        guard place.box.isWait else {
            return "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(place.width)\" height=\"\(height)\" rx=\"6\""
        }
        let (middle, centre) = (x + place.width / 2, y + height / 2)
        let corners = [(x, centre), (middle, y), (place.right, centre), (middle, y + height)]
        return "<polygon points=\"\(corners.map { "\($0.0),\($0.1)" }.joined(separator: " "))\""
    }

    private var description: String {
        graph.branches.map { branch in
            "\(branch): " + graph.lane(branch).map(\.label).joined(separator: ", then ")
        }.joined(separator: ". ")
    }

    private static func escaped(_ text: String) -> String {
        Sanitised.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            ">",
            with: "&gt;"
        ).replacing("\"", with: "&quot;")
    }
}
