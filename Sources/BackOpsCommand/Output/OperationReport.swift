import BackOps

/// How an operation is after something was done to it.
enum OperationReport {
    static func write(_ id: Int64, _ client: BackOpsClient, _ output: OutputOptions) async throws {
        let record = try await client.handle(id).record()
        let text = output.json ? try record.json().description : OperationLine(record).text(output.style)
        StandardStream.output.writeLine(text)
    }
}
