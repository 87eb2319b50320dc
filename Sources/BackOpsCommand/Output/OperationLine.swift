import BackOps

/// An operation in one line: number, name, progress, where it is, and how that went.
struct OperationLine {
    private let record: OperationRecord

    init(_ record: OperationRecord) { self.record = record }

    func text(_ style: Style) -> String {
        let status = Status(record.status.rawValue)
        var parts = ["#\(record.id)", record.name, record.progress.description]
        if record.state == .active {
            if let action = record.action { parts.append(action) }
            if let progress = record.reportedProgress {
                parts.append(
                    "\(Int((progress.fraction * 100).rounded()))%" + (progress.note.map { " \($0)" } ?? "")
                )
            }
        }
        var detail = status.text
        if record.state == .active, record.attempt > 1 || record.status == .retrying {
            detail += " \(record.attempt)" + (record.maxAttempts.map { "/\($0)" } ?? "")
        }
        if let error = OperationTable.error(record) { detail += "  \(error)" }
        if let note = record.note { detail += "  \(note)" }
        let start = Sanitised.line(parts.joined(separator: "  ")) + "  "
        let fitted = style.width.map { TextWidth.fit(start, $0 - 1) } ?? start
        let end = Sanitised.line(detail)
        // The last column stays free: some terminals wrap there.
        let room = style.width.map { max(0, $0 - 1 - TextWidth.of(fitted)) }
        return fitted + style.paint(room.map { TextWidth.fit(end, $0) } ?? end, status.colour)
    }
}
