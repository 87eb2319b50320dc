import BackOps

struct Fulfilment: OperationDefinition {
    var branches: [Branch] {
        Do("Charge") { context in
            context["transaction_id"] = "ch_42"
            if context["colour"] == "blue" { try context.jump(to: "blue") }
        }
        .retry(.exponential(maxAttempts: 5))
        Do("SendReceipt") { context in context.logger.info("receipt sent") }

        Branch("blue") { Do("SetUpBlue") { _ in } }
    }
}

@main struct Worker {
    static func main() async throws {
        try await BackOpsWorker(.environment) { Fulfilment() }.runUntilSignalled()
    }
}
