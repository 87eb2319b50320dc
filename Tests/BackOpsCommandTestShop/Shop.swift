import BackOps
import BackOpsCommand

/// The application of the page "Three in the morning": what that page tells happens here.
@main
struct Shop: BackOpsApplication {
    static let name = "shop"
    static let version = "1.4.0"

    var operations: [any OperationDefinition] {
        Fulfilment()
        Import()
    }

    var configuration: WorkerConfiguration {
        var configuration = WorkerConfiguration()
        configuration.queues = ["default", "mail"]
        configuration.concurrency = 8
        return configuration
    }
}

/// Charges, sends a receipt through the mail server that the globals name, and a gift card at its time.
struct Fulfilment: OperationDefinition {
    var branches: [Branch] {
        Do("ChargeCreditCard") { context in
            let card = context["card_token"]?.stringValue
            guard card != "tok_expired" else {
                let subscription = context["subscription_id"]?.integerValue ?? 0
                throw Failure.permanent("the card of subscription \(subscription) has expired")
            }
            context["transaction_id"] = "ch_1"
        }
        .mayJump(to: "red_subscriptions")
        Do("SendEmailReceipt") { context in
            let host = context["mail_host"]?.stringValue ?? "mx2.example.com"
            guard host != "mx1.example.com" else { throw NoAnswer(host: host) }
        }
        .retry(.constant(maxAttempts: 25, delay: .seconds(6 * 3600)))
        Do("SendGiftcard") { _ in }

        Branch("red_subscriptions") { Do("SetUpRed") { _ in } }
    }
}

/// Works for hours, and says how far it is.
struct Import: OperationDefinition {
    var branches: [Branch] {
        Do("ReadRows") { context in
            context.progress(0.62, "40210 of 65000 rows")
            try await Task.sleep(for: .seconds(3600))
        }
    }
}

struct NoAnswer: Error, CustomStringConvertible {
    let host: String
    var description: String { "\(host) does not answer" }
}
