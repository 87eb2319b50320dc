/// The graph in lines of text: a lane for each branch, then the jumps.
struct GraphText {
    let graph: FlowGraph

    func text(_ style: Style) -> String {
        let names = graph.branches.map { Sanitised.line($0) }
        let column = min(names.map { TextWidth.of($0) }.max() ?? 0, 24)
        var text = style.paint(Sanitised.line(graph.heading), .bold) + "\n"
        if graph.boxes.isEmpty { text += "  no actions yet: no worker has registered its name\n" }
        for (branch, name) in zip(graph.branches, names) {
            let start = "  " + TextWidth.pad(TextWidth.fit(name, column), column) + "  "
            text += lane(graph.lane(branch), start, style)
        }
        return text + jumps(style)
    }

    private func lane(_ boxes: [FlowGraph.Box], _ start: String, _ style: Style) -> String {
        let indent = TextWidth.of(start)
        var text = start
        var used = indent
        for (index, box) in boxes.enumerated() {
            let label = Sanitised.line(box.label)
            let width = TextWidth.of(label)
            if index > 0 {
                if let limit = style.width, used + 3 + width > limit {
                    text += " →\n" + String(repeating: " ", count: indent)
                    used = indent
                } else {
                    text += " → "
                    used += 3
                }
            }
            text += style.paint(label, box.status?.colour)
            used += width
        }
        return text + "\n"
    }

    private func jumps(_ style: Style) -> String {
        graph.arrows.filter { $0.kind != .next }.compactMap { arrow in
            guard let from = graph.boxes.first(where: { $0.position == arrow.from }),
                let to = graph.boxes.first(where: { $0.position == arrow.to })
            else { return nil }
            let (sign, words) = Self.words(arrow.kind)
            let line = Sanitised.line("\(from.branch)/\(from.name) \(words) \(to.branch)/\(to.name)")
            return WrappedText.lines(line, style.width, first: "  \(sign) ", rest: "    ").map {
                style.paint($0, arrow.kind == .jumped ? nil : .dim) + "\n"
            }.joined()
        }.joined()
    }

    private static func words(_ kind: FlowGraph.Arrow.Kind) -> (String, String) {
        switch kind {
        case .next: ("→", "then")
        case .mayJump: ("┄", "may jump to")
        case .back: ("↩", "ends, and goes on at")
        case .jumped: ("⤷", "was followed by")
        }
    }
}
