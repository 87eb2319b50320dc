package import BackOps

/// Keeps where an operation stands in its plan, and finds what is next.
///
/// In every branch the open actions are the last ones: completion takes the first of them away, and a jump
/// opens everything from its target on.
package struct PlanProgress: Sendable {
    package enum Status: Sendable, Hashable {
        case open
        case completed
        case skipped
    }

    package struct ActionProgress: Sendable, Hashable {
        package var status = Status.open
        /// The attempts of the current run.
        package var attempts = 0
        /// The run, from 1; a jump that opens the action again begins a new one.
        package var run = 1
    }

    package let plan: Plan
    package private(set) var actions: [ActionProgress]

    package init(_ plan: Plan) {
        self.plan = plan
        actions = plan.entries.map { _ in ActionProgress() }
    }

    /// The action at a position, counted from 1.
    package subscript(position: Int) -> ActionProgress {
        get { actions[position - 1] }
        set { actions[position - 1] = newValue }
    }

    /// Where an operation starts.
    package var first: Int? { plan.position(of: .main, action: nil) }

    /// Completes an action.
    ///
    /// - Parameters:
    ///   - position: The action's position.
    ///   - jump: The position that it jumps to.
    /// - Returns: The position of the next action, or nil at the operation's end.
    package mutating func complete(_ position: Int, jump: Int?) -> Int? {
        self[position].status = .completed
        if let jump {
            self.jump(to: jump)
            return jump
        }
        if let next = plan.entry(at: position + 1), next.branch == plan.entry(at: position)?.branch {
            return next.position
        }
        return plan.entries.first { $0.branch == .main && self[$0.position].status == .open }?.position
    }

    /// Opens a branch from a position on, as new runs, and skips what is open before it.
    ///
    /// - Parameter target: The position that becomes the next one of its branch.
    package mutating func jump(to target: Int) {
        let branch = plan.entry(at: target)?.branch
        for entry in plan.entries where entry.branch == branch {
            let position = entry.position
            if position >= target {
                if self[position].status != .open { self[position].run += 1 }
                self[position].status = .open
                self[position].attempts = 0
            } else if self[position].status == .open {
                self[position].status = .skipped
            }
        }
    }
}
