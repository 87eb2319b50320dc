/// An operation as boxes in lanes, and arrows between them: what the forms of `graph` have in common.
struct FlowGraph: Hashable {
    /// An action, or a wait.
    struct Box: Hashable {
        /// Its place in the plan, from 1.
        let position: Int
        let branch: String
        let name: String
        /// Its outcome; nil in a plan that is not run.
        var status: Status?
        /// What else there is to say: `×3`, `in 5m`, `at deliver_at`, `by finance`.
        var remark = ""
        /// Whether the operation waits here, and no worker runs it.
        var isWait = false

        /// The text in one line, with the symbol of its status; in a plan a wait has its own.
        var label: String {
            ([status?.symbol ?? (isWait ? Status("waiting").symbol : nil), name, remark] as [String?])
                .compactMap { $0 }.filter { !$0.isEmpty }
                .joined(separator: " ")
        }
    }

    /// What leads from one action to another.
    struct Arrow: Hashable {
        enum Kind: String {
            /// The next action of the same branch.
            case next
            /// A jump that an action may make.
            case mayJump
            /// The way back to main at the end of another branch.
            case back
            /// A jump that was made.
            case jumped
        }

        let from: Int
        let to: Int
        let kind: Kind
    }

    let title: String
    /// How many operations go on at once, in words.
    let limit: String?
    let branches: [String]
    let boxes: [Box]
    let arrows: [Arrow]

    /// The title, with the limit.
    var heading: String { title + (limit.map { ", limit \($0)" } ?? "") }

    init(title: String, limit: String? = nil, boxes: [Box], arrows: [Arrow]) {
        self.title = title
        self.limit = limit
        self.boxes = boxes
        self.arrows = arrows
        var seen: Set<String> = []
        branches = boxes.map(\.branch).filter { seen.insert($0).inserted }
    }

    func lane(_ branch: String) -> [Box] { boxes.filter { $0.branch == branch } }

    /// Arrows from every action to the next one of its branch.
    static func steps(_ boxes: [Box]) -> [Arrow] {
        zip(boxes, boxes.dropFirst()).compactMap { first, second in
            first.branch == second.branch
                ? Arrow(from: first.position, to: second.position, kind: .next) : nil
        }
    }
}
