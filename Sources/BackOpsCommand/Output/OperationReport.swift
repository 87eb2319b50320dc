import BackOps

/// How an operation is after something was done to it.
enum OperationReport {
    static func write(_ record: OperationRecord, _ output: OutputOptions) throws {
        let text = output.json ? try record.json().description : OperationLine(record).text(output.style)
        StandardStream.output.writeLine(text)
    }
}
