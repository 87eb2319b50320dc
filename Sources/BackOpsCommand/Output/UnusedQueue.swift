import BackOps

/// Whether a name that somebody has typed is that of a queue in use.
extension [QueueRecord] {
    /// Whether something waits or runs in the queue, or a worker serves it.
    func use(_ queue: String) -> Bool {
        contains { $0.name == queue && ($0.workers > 0 || $0.isInUse) }
    }

    /// Says that the queue is not in use, and which one may have been meant.
    func sayUnused(_ queue: String, _ style: Style) {
        let near = Spelling.nearest(to: queue, in: map(\.name).filter { $0 != queue })
        StandardStream.error.say(
            "nothing waits in the queue \(queue), and no worker serves it"
                + (near.map { "; did you mean \($0)?" } ?? ""),
            style
        )
    }
}
