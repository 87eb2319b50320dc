import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite struct `The graph of a plan` {
    /// The operation of the README, with a name that every form must take the power out of.
    private func graph() throws -> FlowGraph {
        let json = #"""
            {"main": [["Charge", {"may_jump": ["red"]}], "Send \"<b>\"", ["Gift", {"perform_at_global": "deliver_at"}]],
             "red": ["Paint"]}
            """#
        return FlowGraph(plan: try Plan(operation: "Order", json: Array(json.utf8)), of: "Order")
    }

    @Test func `has a lane for each branch, and an arrow for each way on`() throws {
        let graph = try graph()
        #expect(graph.branches == ["main", "red"])
        #expect(graph.lane("main").map(\.label) == ["Charge", "Send \"<b>\"", "Gift at deliver_at"])
        #expect(
            graph.arrows == [
                .init(from: 1, to: 2, kind: .next), .init(from: 2, to: 3, kind: .next),
                .init(from: 1, to: 4, kind: .mayJump), .init(from: 4, to: 2, kind: .back),
            ]
        )
    }

    @Test func `is text`() throws {
        #expect(
            GraphText(graph: try graph()).text(.plain) == """
                Order
                  main  Charge → Send "<b>" → Gift at deliver_at
                  red   Paint
                  ┄ main/Charge may jump to red/Paint
                  ↩ red/Paint ends, and goes on at main/Send "<b>"

                """
        )
    }

    @Test func `has its limits`() throws {
        let json =
            #"{"main": [["Charge", {"limit": "stripe"}]], "/limit": {"name": "Order", "by": "customer", "max": 1}}"#
        let graph = FlowGraph(plan: try Plan(operation: "Order", json: Array(json.utf8)), of: "Order")
        #expect(
            GraphText(graph: graph).text(.plain)
                == "Order, limit Order 1 by customer\n  main  Charge limit stripe\n"
        )
        #expect(GraphMermaid(graph: graph).text.contains("title: \"Order, limit Order 1 by customer\""))
        #expect(graph.json["title"] == "Order" && graph.json["limit"] == "Order 1 by customer")
    }

    @Test func `has its rates`() throws {
        let json =
            #"{"main": [["Charge", {"limit": "stripe", "rate": {"name": "api", "count": 100, "per": 1, "burst": 10}}]]}"#
        let graph = FlowGraph(plan: try Plan(operation: "Order", json: Array(json.utf8)), of: "Order")
        #expect(
            GraphText(graph: graph).text(.plain)
                == "Order\n  main  Charge limit stripe, rate api 100 per 1s, burst 10\n"
        )
    }

    @Test(arguments: [20, 30, 40])
    func `is text that wraps where the terminal ends`(width: Int) throws {
        let text = GraphText(graph: try graph()).text(Style(colours: false, width: width))
        let lanes = text.split(separator: "\n").dropFirst().prefix { !$0.contains("┄") }
        #expect(lanes.count > 2)
        for line in lanes where line.contains("→") { #expect(TextWidth.of(line) <= width) }
    }

    @Test func `is a Mermaid flowchart`() throws {
        let text = GraphMermaid(graph: try graph()).text
        #expect(text.contains("flowchart LR\n  subgraph b0[\"main\"]"))
        #expect(text.contains("a2[\"Send #quot;<b>#quot;\"]"))
        #expect(text.contains("a1 -. may jump .-> a4") && text.contains("a4 -.-> a2"))
    }

    @Test func `is a Graphviz digraph`() throws {
        let text = GraphDot(graph: try graph()).text
        #expect(text.hasPrefix("digraph \"Order\" {") && text.hasSuffix("}\n"))
        #expect(text.contains(#"a2 [label="Send \"<b>\"""#))
        #expect(text.contains("a1 -> a4 [style=dashed"))
    }

    @Test func `is an SVG whose boxes lie beside each other`() throws {
        let text = GraphSVG(graph: try graph()).text
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
        #expect(text.contains("Send &quot;&lt;b&gt;&quot;") && !text.contains("<b>"))
        #expect(!text.contains("style="))
    }

    /// A sleep, a wait for signals and an approval, to which actions jump from above and below.
    private func waits() throws -> FlowGraph {
        let json = #"""
            {"main": [["Cool down", {"sleep": 3600}], ["Wait", {"wait_for": ["paid", "cancelled"]}], "Check",
                      ["Ask", {"approval": "refund", "role": "finance"}], ["Until", {"sleep_until": "due_at"}], "Pay"],
             "late": ["Write", ["Go back", {"may_jump": ["main"]}], ["Boss", {"approval": "late"}]],
             "later": [["Try", {"may_jump": ["late", "main"]}]]}
            """#
        return FlowGraph(plan: try Plan(operation: "Refund", json: Array(json.utf8)), of: "Refund")
    }

    @Test func `marks waits, and says what for`() throws {
        #expect(
            GraphText(graph: try waits()).text(.plain).split(separator: "\n").prefix(3) == [
                "Refund",
                "  main   ◇ Cool down 60m → ◇ Wait for paid or cancelled → Check → ◇ Ask by finance → ◇ Until until due_at → Pay",
                "  late   Write → Go back → ◇ Boss by anybody",
            ]
        )
    }

    @Test func `has diamonds for waits`() throws {
        let graph = try waits()
        let mermaid = GraphMermaid(graph: graph).text
        #expect(mermaid.contains("a4{\"◇ Ask by finance\"}") && mermaid.contains("a3[\"Check\"]"))
        let dot = GraphDot(graph: graph).text.split(separator: "\n")
        #expect(dot.filter { $0.contains("shape=diamond") }.count == 5)
        #expect(dot.first { $0.contains("a3 [") }?.contains("diamond") == false)
        let svg = GraphSVG(graph: graph).text
        #expect(svg.matches(of: /<polygon points="/).count == 5 && svg.matches(of: /rx="6"/).count == 5)
        let layout = GraphLayout(graph)
        for route in layout.routes {
            for (end, position) in [
                (route.points.first, route.arrow.from), (route.points.last, route.arrow.to),
            ] {
                let end = try #require(end)
                let place = try #require(layout.places.first { $0.box.position == position })
                let middle = place.y + GraphLayout.boxHeight / 2
                let isOnEdge = abs(end.y - middle) == GraphLayout.boxHeight / 2 - place.inset(at: end.x)
                #expect(
                    isOnEdge || end.y == middle && [place.x, place.right].contains(end.x),
                    "\(route.arrow)"
                )
            }
        }
    }

    /// Jumps ahead, back, to itself, over a lane, and two that would lie on each other.
    private func maze() throws -> FlowGraph {
        let json = #"""
            {"main": [["Charge", {"may_jump": ["blue", "red", "main"]}], "Send the receipt to the customer by mail",
                      ["Gift", {"may_jump": ["main"]}], ["Ask", {"may_jump": ["blue", "green"]}], "End"],
             "red": ["Paint", ["Dry", {"may_jump": ["green", "red"]}]],
             "blue": [["Sketch", {"may_jump": ["blue"]}], "Ink"],
             "green": [["Plant", {"may_jump": ["main", "red"]}], "Water", "Wait for it"]}
            """#
        return FlowGraph(plan: try Plan(operation: "Maze", json: Array(json.utf8)), of: "Maze")
    }

    @Test func `is an SVG in which no line meets another box, or lies on another line`() throws {
        let graph = try maze()
        let layout = GraphLayout(graph)
        #expect(layout.routes.count == graph.arrows.count && layout.places.count == graph.boxes.count)
        let boxes = layout.places
        for (index, first) in boxes.enumerated() {
            for second in boxes[(index + 1)...] { #expect(first.right < second.x) }
        }
        struct Piece { let route: Int, from: GraphLayout.Point, to: GraphLayout.Point }
        var pieces: [Piece] = []
        for (number, route) in layout.routes.enumerated() {
            for (from, to) in zip(route.points, route.points.dropFirst()) {
                #expect(from.x == to.x || from.y == to.y)
                pieces.append(
                    Piece(
                        route: number,
                        from: .init(x: min(from.x, to.x), y: min(from.y, to.y)),
                        to: .init(x: max(from.x, to.x), y: max(from.y, to.y))
                    )
                )
            }
        }
        for piece in pieces {
            #expect(
                piece.from.x > 0 && piece.to.x < layout.width && piece.from.y > 24
                    && piece.to.y < layout.height
            )
            for box in boxes {
                let isInside =
                    piece.from.x < box.right && piece.to.x > box.x
                    && piece.from.y < box.y + GraphLayout.boxHeight && piece.to.y > box.y
                #expect(!isInside, "\(layout.routes[piece.route].arrow) runs behind \(box.box.name)")
            }
            for other in pieces where other.route > piece.route {
                // Lines may cross; they may not run along each other.
                let (isUpright, isOtherUpright) = (piece.from.x == piece.to.x, other.from.x == other.to.x)
                guard isUpright == isOtherUpright else { continue }
                let isAlong =
                    isUpright
                    ? piece.from.x == other.from.x && piece.from.y < other.to.y && other.from.y < piece.to.y
                    : piece.from.y == other.from.y && piece.from.x < other.to.x && other.from.x < piece.to.x
                #expect(
                    !isAlong,
                    "\(layout.routes[piece.route].arrow) lies on \(layout.routes[other.route].arrow)"
                )
            }
        }
        let text = GraphSVG(graph: graph).text
        #expect(text.contains(">Send the receipt to the customer by mail</text>"))
        #expect(text.matches(of: #/<path d="M\d+ \d+L[^"]*" fill="none"/#).count == graph.arrows.count)
    }

    @Test(arguments: [60, 80, 100, 140])
    func `is text whose prose is broken at words`(width: Int) throws {
        let graph = try maze()
        let whole = GraphText(graph: graph).text(.plain)
        let wrapped = GraphText(graph: graph).text(Style(colours: false, width: width))
        #expect(whole.split(whereSeparator: \.isWhitespace) == wrapped.split(whereSeparator: \.isWhitespace))
        for line in wrapped.split(separator: "\n") { #expect(TextWidth.of(line) <= width, "\(line)") }
    }
}

@Suite(.backops) struct `The command graph` {
    @Test func `draws what an application defines without a database`() async throws {
        let text = try await Shell.application(
            ["graph", "Greeting"],
            variables: ["BACKOPS_DATABASE_URL": "host=/nowhere"]
        )
        #expect(text.output == "Greeting\n  main   Greet → Part\n  aside  Whisper\n")
    }

    @Test func `draws what workers registered, and what became of an operation`() async throws {
        _ = try await Shell.backops(["enqueue", "Stumbling"])
        _ = try await Shell.application(["work", "--drain"])
        #expect(
            try await Shell.backops(["graph", "Stumbling"]).output
                == "Stumbling\n  main  Walk → Fall → Rise\n"
        )
        #expect(try await Shell.backops(["graph", "1"]).output.contains("✓ Walk → ✗ Fall → ○ Rise"))
        let json = try await Shell.backops(["graph", "#1", "--json"]).json()
        #expect(json["actions"]?[1]?["status"]?.stringValue == "failed")
        for (format, start) in [("mermaid", "---\n"), ("dot", "digraph"), ("svg", "<svg")] {
            let drawn = try await Shell.backops(["graph", "1", "--format", format])
            #expect(drawn.output.hasPrefix(start), "\(format)")
        }
    }

    @Test func `draws waits of a plan, and how those of an operation ended`() async throws {
        let plan =
            #"{"main": [["ask", {"approval": "refund"}], ["paid", {"wait_for": "paid"}], ["rest", {"sleep": 90}]]}"#
        try await TestDatabase.current.script(
            """
            select register_definition('Refund', '\(plan)');
            insert into operations (name) values ('Refund');
            select decide(1, 'refund', 'approved', decided_by => 'ann')
            """
        )
        #expect(
            try await Shell.backops(["graph", "Refund"]).output
                == "Refund\n  main  ◇ ask by anybody → ◇ paid for paid → ◇ rest 90s\n"
        )
        let run = try await Shell.backops(["graph", "1"]).output
        #expect(run.contains("✓ ask approved by ann → ◇ paid for paid → ○ rest 90s"), "\(run)")
        let json = try await Shell.backops(["graph", "1", "--json"]).json()
        #expect(json["actions"]?[0]?["is_wait"] == true)
    }

    @Test func `suggests a name, and says what there is`() async throws {
        let empty = try await Shell.backops(["graph", "Greting"])
        #expect(empty.code == 64 && empty.messages.contains("start one"))
        _ = try await Shell.application(["work", "--drain"])
        #expect(try await Shell.backops(["graph", "Greting"]).messages.contains("Did you mean Greeting?"))
        #expect(
            try await Shell.backops(["graph", "Nonsense"]).messages.contains("There are Greeting, Stumbling")
        )
    }

    @Test(
        arguments: [(["graph"], 64), (["graph", "x", "--format", "png"], 64), (["graph", "9"], 66)]
            as [([String], Int32)]
    )
    func `refuses what makes no sense`(arguments: [String], code: Int32) async throws {
        let refused = try await Shell.backops(arguments)
        #expect(refused.code == code)
        #expect(refused.output.isEmpty && !refused.messages.isEmpty)
    }
}
