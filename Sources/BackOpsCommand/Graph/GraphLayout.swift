/// Where the boxes and arrows of a picture are, in pixels.
///
/// Every box has its columns of the picture for itself, over all lanes, so that what leads up or down from it meets no other
/// box; sideways arrows run between the lanes, each on a height of its own.
struct GraphLayout {
    /// A box with its place.
    struct Place {
        let box: FlowGraph.Box
        let lane: Int
        let x: Int
        var y: Int
        let width: Int

        var right: Int { x + width }
        var label: String { TextWidth.fit(box.label, GraphLayout.longest) }

        /// How far its edge is inside of its rectangle there: the sides of a diamond slope.
        func inset(at column: Int) -> Int {
            guard box.isWait else { return 0 }
            return GraphLayout.boxHeight * abs(2 * (column - x) - width) / (2 * width)
        }
    }

    struct Point: Hashable {
        let x: Int
        let y: Int
    }

    /// An arrow as a line from corner to corner.
    struct Route {
        let arrow: FlowGraph.Arrow
        let points: [Point]
    }

    static let boxHeight = 36
    static let margin = 16
    private static let titleHeight = 36
    private static let gap = 36
    /// Between a lane and the first arrow above it, and between arrows.
    private static let (clearance, spacing) = (12, 10)
    /// The longest label in columns; the whole one is the box's title.
    private static let longest = 80

    private(set) var places: [Place] = []
    private(set) var routes: [Route] = []
    private(set) var width = 0
    private(set) var height = 0
    private var tops: [Int] = []

    init(_ graph: FlowGraph) {
        let lanes = Dictionary(uniqueKeysWithValues: graph.branches.enumerated().map { ($1, $0) })
        let names = graph.branches.map { Self.pixels(TextWidth.of($0)) }.max() ?? 0
        var x = Self.margin + names + Self.gap / 2
        for box in Self.sequence(graph) {
            let ports = graph.arrows.count { $0.from == box.position || $0.to == box.position }
            let label = Self.pixels(TextWidth.of(TextWidth.fit(box.label, Self.longest)))
            // Of a diamond two thirds are as high as a line.
            let width = max(box.isWait ? label * 3 / 2 + 30 : label + 20, (ports + 1) * Self.spacing)
            places.append(Place(box: box, lane: lanes[box.branch] ?? 0, x: x, y: 0, width: width))
            x += width + Self.gap
        }
        width = x - Self.gap + Self.margin
        let bent = graph.arrows.filter { !isStraight($0) }
        place(bent, graph.branches.count)
        draw(graph.arrows, bent)
    }

    func middle(ofLane lane: Int) -> Int { tops[lane] + Self.boxHeight / 2 }

    /// The boxes from left to right: a branch begins behind the first action that leads to it.
    private static func sequence(_ graph: FlowGraph) -> [FlowGraph.Box] {
        var (sequence, seen): ([FlowGraph.Box], Set<String>) = ([], [])
        func append(_ branch: String) {
            guard seen.insert(branch).inserted else { return }
            for box in graph.lane(branch) {
                sequence.append(box)
                for arrow in graph.arrows
                where arrow.from == box.position && (arrow.kind == .mayJump || arrow.kind == .jumped) {
                    if let target = graph.boxes.first(where: { $0.position == arrow.to }) {
                        append(target.branch)
                    }
                }
            }
        }
        for branch in graph.branches { append(branch) }
        return sequence
    }

    private func place(of position: Int) -> Place? { places.first { $0.box.position == position } }

    /// Whether nothing stands between two boxes of a lane.
    private func isStraight(_ arrow: FlowGraph.Arrow) -> Bool {
        guard let from = place(of: arrow.from), let to = place(of: arrow.to), from.lane == to.lane,
            from.x < to.x
        else { return false }
        return !places.contains { $0.lane == from.lane && $0.x > from.x && $0.x < to.x }
    }

    /// The lane above which an arrow runs sideways: that of its target, from above; from below the one beneath it.
    private func gutter(_ arrow: FlowGraph.Arrow) -> Int {
        guard let from = place(of: arrow.from), let to = place(of: arrow.to) else { return 0 }
        return from.lane > to.lane ? to.lane + 1 : to.lane
    }

    /// Gives the lanes room for the arrows between them.
    private mutating func place(_ bent: [FlowGraph.Arrow], _ lanes: Int) {
        var y = Self.titleHeight
        for lane in 0..<lanes {
            y += 2 * Self.clearance + bent.count { gutter($0) == lane } * Self.spacing
            tops.append(y)
            y += Self.boxHeight
        }
        height = y + Self.margin + Self.clearance
        for index in places.indices { places[index].y = tops[places[index].lane] }
    }

    private mutating func draw(_ arrows: [FlowGraph.Arrow], _ bent: [FlowGraph.Arrow]) {
        // Every end of a bent arrow has its own place along its box, on the side of the other end.
        var ports: [Int: [(arrow: FlowGraph.Arrow, other: Int, isTail: Bool)]] = [:]
        for arrow in bent {
            ports[arrow.from, default: []].append((arrow, place(of: arrow.to)?.x ?? 0, true))
            ports[arrow.to, default: []].append((arrow, place(of: arrow.from)?.x ?? 0, false))
        }
        func x(_ arrow: FlowGraph.Arrow, _ isTail: Bool) -> Int {
            guard let box = place(of: isTail ? arrow.from : arrow.to) else { return 0 }
            let ends = (ports[box.box.position] ?? []).sorted {
                ($0.other, $0.isTail ? 0 : 1) < ($1.other, $1.isTail ? 0 : 1)
            }
            let index = ends.firstIndex { $0.arrow == arrow && $0.isTail == isTail } ?? 0
            return box.x + box.width * (index + 1) / (ends.count + 1)
        }
        var used: [Int: Int] = [:]
        for arrow in arrows {
            guard let from = place(of: arrow.from), let to = place(of: arrow.to) else { continue }
            guard bent.contains(arrow) else {
                let y = from.y + Self.boxHeight / 2
                routes.append(
                    Route(arrow: arrow, points: [Point(x: from.right, y: y), Point(x: to.x, y: y)])
                )
                continue
            }
            let lane = gutter(arrow)
            let top = lane < tops.count ? tops[lane] : height
            let y = top - Self.clearance - (used[lane] ?? 0) * Self.spacing
            used[lane, default: 0] += 1
            let (tail, head) = (x(arrow, true), x(arrow, false))
            // From below only where it comes from a lane beneath.
            let (above, below) = (from.inset(at: tail), to.inset(at: head))
            let start = from.lane < to.lane ? from.y + Self.boxHeight - above : from.y + above
            let end = from.lane > to.lane ? to.y + Self.boxHeight - below : to.y + below
            routes.append(
                Route(
                    arrow: arrow,
                    points: [
                        Point(x: tail, y: start), Point(x: tail, y: y), Point(x: head, y: y),
                        Point(x: head, y: end),
                    ]
                )
            )
        }
    }

    /// Pixels for columns of text; nothing here can measure a font.
    private static func pixels(_ columns: Int) -> Int { columns * 15 / 2 }
}
