import BackOps
import BackOpsCommand

struct Greeting: OperationDefinition {
    var branches: [Branch] {
        Do("Write") { context in
            let name = try context.require(.name)
            context[.text] = "Hello, \(name)!"
        }
        Do("Send") { context in
            let text = try context.require(.text)
            context.logger.info("greeting sent", metadata: ["text": "\(text)"])
        }
        .retry(.exponential(maxAttempts: 5, base: .seconds(1)))
    }
}

extension GlobalKey where Value == String {
    static var name: Self { "name" }
    static var text: Self { "text" }
}

@main struct Greeter: BackOpsApplication {
    static let name = "greeter"

    var operations: [any OperationDefinition] { Greeting() }
}
