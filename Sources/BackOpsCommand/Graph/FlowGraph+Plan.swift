import BackOps

extension FlowGraph {
    /// Draws a plan, with the jumps that its actions declare.
    init(plan: Plan, of name: String) {
        let boxes = plan.entries.map { entry in
            Box(
                position: entry.position,
                branch: entry.branch.description,
                name: entry.name,
                remark: Self.remark(entry.options),
                isWait: entry.options.wait != nil
            )
        }
        self.init(
            title: name,
            limit: plan.limit?.words,
            boxes: boxes,
            arrows: Self.steps(boxes) + Self.jumps(plan)
        )
    }

    /// The jumps that a plan declares, and from branches that are entered by one the way back to main.
    static func jumps(_ plan: Plan) -> [Arrow] {
        var arrows: [Arrow] = []
        for entry in plan.entries {
            for branch in entry.options.targets {
                guard let target = plan.position(of: branch, action: nil) else { continue }
                arrows.append(Arrow(from: entry.position, to: target, kind: .mayJump))
                guard entry.branch == .main, branch != .main,
                    let last = plan.entries.last(where: { $0.branch == branch }),
                    let next = plan.entry(at: entry.position + 1), next.branch == .main
                else { continue }
                let back = Arrow(from: last.position, to: next.position, kind: .back)
                if !arrows.contains(back) { arrows.append(back) }
            }
        }
        return arrows
    }

    private static func remark(_ options: ActionOptions) -> String {
        if let wait = options.wait { return remark(wait) }
        var parts: [String] = []
        if let date = options.performAt { parts.append("at \(ISO8601.text(date))") }
        if let delay = options.performIn { parts.append("after \(DurationText.short(delay))") }
        if let key = options.performAtGlobal { parts.append("at \(key)") }
        if let queue = options.queue { parts.append("in \(queue)") }
        if let limit = options.limit { parts.append("limit \(limit.words)") }
        if let rate = options.rate { parts.append("rate \(rate.words)") }
        return parts.joined(separator: ", ")
    }

    private static func remark(_ wait: StepWait) -> String {
        switch wait {
        case .sleep(let duration): DurationText.short(duration)
        case .sleepUntil(let global): "until \(global)"
        case .signals(let names, _, _, _): "for \(names.joined(separator: " or "))"
        case .approval(let step): "by \(step.role ?? "anybody")"
        }
    }
}
