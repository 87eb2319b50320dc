/// What must hold of limits and rates whatever the model says.
struct LimitChecks {
    private var slots = SlotCheck()
    private var paces = PaceCheck()
    private var queues = QueueCheck()
    private var looked = ""

    /// Looks at the lines about limits and rates that `model_state()` of ``EngineSession`` writes, after a step that may have changed them.
    ///
    /// - Returns: What is wrong.
    mutating func difference(_ lines: String) -> String? {
        guard lines != looked else { return nil }
        looked = lines
        let rows = lines.split(separator: "\n").map {
            $0.split(separator: "|", omittingEmptySubsequences: false)
        }
        return slots.difference(rows) ?? paces.difference(rows) ?? queues.difference(rows)
    }
}
