/// The graph as a picture of its own: lanes below each other, one for each branch.
///
/// It needs no style sheet and no script, and every box has its full text as a title.
struct GraphSVG {
    let graph: FlowGraph

    private static let laneHeight = 72
    private static let boxHeight = 36
    private static let gap = 44
    private static let margin = 16
    private static let titleHeight = 36
    /// The longest label in columns; the whole one is the box's title.
    private static let longest = 34

    /// A box with its place.
    private struct Placed {
        let box: FlowGraph.Box
        let x: Int
        let y: Int
        let width: Int

        var right: Int { x + width }
        var middle: Int { y + GraphSVG.boxHeight / 2 }
        var centre: Int { x + width / 2 }
    }

    var text: String {
        let names = graph.branches.map { TextWidth.fit($0, 24) }
        let left = Self.margin + Self.width(names.map { TextWidth.of($0) }.max() ?? 0) + Self.gap / 2
        let placed = place(left)
        let width = (placed.map(\.right).max() ?? left) + Self.gap + Self.margin
        let height = Self.titleHeight + graph.branches.count * Self.laneHeight + Self.margin
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" role="img" font-family="system-ui, sans-serif" font-size="13">
            <title>\(Self.escaped(graph.title))</title>
            <desc>\(Self.escaped(description))</desc>
            <defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
            orient="auto"><path d="M0 0 8 4 0 8z" fill="#6e7781"/></marker></defs>
            <rect width="\(width)" height="\(height)" fill="#ffffff"/>
            <text x="\(Self.margin)" y="24" font-weight="600" fill="#1f2328">\(Self.escaped(graph.title))</text>

            """
        for (lane, name) in names.enumerated() {
            let y = Self.titleHeight + lane * Self.laneHeight + Self.laneHeight / 2 + 4
            text += "<text x=\"\(Self.margin)\" y=\"\(y)\" fill=\"#57606a\">\(Self.escaped(name))</text>\n"
        }
        for arrow in graph.arrows { text += line(arrow, placed) }
        for place in placed { text += Self.box(place) }
        return text + "</svg>\n"
    }

    /// Side branches begin right of the first action that leads to them.
    private func place(_ left: Int) -> [Placed] {
        var placed: [Placed] = []
        for (lane, branch) in graph.branches.enumerated() {
            let boxes = graph.lane(branch)
            let first = boxes.first?.position
            let source = graph.arrows.first { $0.to == first && $0.kind != .back && $0.kind != .next }?.from
            var x = placed.first { $0.box.position == source }.map { $0.right + Self.gap / 2 } ?? left
            for box in boxes {
                let width = Self.width(TextWidth.of(TextWidth.fit(box.label, Self.longest))) + 20
                let y = Self.titleHeight + lane * Self.laneHeight + (Self.laneHeight - Self.boxHeight) / 2
                placed.append(Placed(box: box, x: x, y: y, width: width))
                x += width + Self.gap
            }
        }
        return placed
    }

    private func line(_ arrow: FlowGraph.Arrow, _ placed: [Placed]) -> String {
        guard let from = placed.first(where: { $0.box.position == arrow.from }),
            let to = placed.first(where: { $0.box.position == arrow.to })
        else { return "" }
        let style =
            switch arrow.kind {
            case .next: "stroke=\"#6e7781\""
            case .mayJump, .back: "stroke=\"#8c959f\" stroke-dasharray=\"4 4\""
            case .jumped: "stroke=\"#1f2328\" stroke-width=\"2\""
            }
        return "<path d=\"\(Self.path(from, to))\" fill=\"none\" \(style) marker-end=\"url(#head)\"/>\n"
    }

    private static func path(_ from: Placed, _ to: Placed) -> String {
        if from.y == to.y {
            if to.x > from.x, to.x - from.right <= gap { return "M\(from.right) \(from.middle)H\(to.x)" }
            // Above the boxes, over those that it passes.
            let top = from.y - 12
            return "M\(from.centre) \(from.y)C\(from.centre) \(top) \(to.centre) \(top) \(to.centre) \(to.y)"
        }
        let (start, end) =
            from.y < to.y ? (from.y + boxHeight, to.y) : (from.y, to.y + boxHeight)
        let half = (start + end) / 2
        return "M\(from.centre) \(start)C\(from.centre) \(half) \(to.centre) \(half) \(to.centre) \(end)"
    }

    private static func box(_ place: Placed) -> String {
        let label = TextWidth.fit(place.box.label, longest)
        return """
            <g><title>\(escaped("\(place.box.branch)/\(place.box.label)"))</title>\
            <rect x="\(place.x)" y="\(place.y)" width="\(place.width)" height="\(boxHeight)" rx="6" \
            fill="\(GraphColour.fill(place.box.status))" stroke="\(GraphColour.stroke(place.box.status))"/>\
            <text x="\(place.centre)" y="\(place.middle + 5)" text-anchor="middle" fill="#1f2328">\
            \(escaped(label))</text></g>

            """
    }

    private var description: String {
        graph.branches.map { branch in
            "\(branch): " + graph.lane(branch).map(\.label).joined(separator: ", then ")
        }.joined(separator: ". ")
    }

    /// Pixels for columns of text; nothing here can measure a font.
    private static func width(_ columns: Int) -> Int { columns * 15 / 2 }

    private static func escaped(_ text: String) -> String {
        Sanitised.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            ">",
            with: "&gt;"
        ).replacing("\"", with: "&quot;")
    }
}
