import Synchronization

/// A provider that moves no money, keeps count of its calls, and refuses those that are too many, as real ones do.
public final class DemoPayments: PaymentProvider {
    /// What a provider has seen.
    public struct Account: Sendable {
        /// How many calls it has answered.
        public internal(set) var calls = 0
        /// How many it was working on at the most.
        public internal(set) var mostAtOnce = 0
        /// How many it has refused.
        public internal(set) var refusals = 0
        /// The customers of whom it was working on two calls at the same time.
        public internal(set) var overtaken: Set<String> = []
        /// The cents taken and not given back, by the keys of the calls.
        public internal(set) var cents: [String: Int] = [:]

        var customers: [String] = []
        var begun: [ContinuousClock.Instant] = []
    }

    private let atOnce: Int
    private let perSecond: Int
    private let pace: Duration
    private let state = Mutex(Account())

    /// Makes a provider.
    ///
    /// - Parameters:
    ///   - atOnce: How many calls it works on at the same time.
    ///   - perSecond: How many it takes in any second.
    ///   - pace: How long a call takes.
    public init(atOnce: Int = 20, perSecond: Int = 100, pace: Duration = .milliseconds(50)) {
        self.atOnce = atOnce
        self.perSecond = perSecond
        self.pace = pace
    }

    /// What it has seen so far.
    public var account: Account { state.withLock { $0 } }

    /// Takes some time, and counts the cents.
    public func charge(cents: Int, of customer: String, key: String) async throws -> String {
        try await call(of: customer)
        state.withLock { $0.cents[key] = cents }
        return "pay_\(key)"
    }

    /// Takes some time, and counts the cents as given back.
    public func refund(cents: Int, of payment: String, key: String) async throws {
        try await call(of: payment)
        state.withLock { $0.cents[key] = -cents }
    }

    private func call(of customer: String) async throws {
        try state.withLock { try $0.begin(customer, atOnce: atOnce, perSecond: perSecond) }
        defer { state.withLock { $0.end(customer) } }
        try await Task.sleep(for: pace)
    }
}

extension DemoPayments.Account {
    mutating func begin(_ customer: String, atOnce: Int, perSecond: Int) throws {
        let now = ContinuousClock.now
        begun.removeAll { $0 < now - .seconds(1) }
        guard customers.count < atOnce, begun.count < perSecond else {
            refusals += 1
            let what = customers.count < atOnce ? "\(perSecond) calls in a second" : "\(atOnce) calls at once"
            throw TooManyRequests("there were \(what)", retryAfter: .seconds(1))
        }
        if customers.contains(customer) { overtaken.insert(customer) }
        customers.append(customer)
        begun.append(now)
        calls += 1
        mostAtOnce = max(mostAtOnce, customers.count)
    }

    mutating func end(_ customer: String) {
        if let index = customers.firstIndex(of: customer) { customers.remove(at: index) }
    }
}
