import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// What the page says of fair queues, whatever comes and whoever claims how many.
    @Suite struct `The shares of a fair queue` {
        private static let weights = ["a": 1.0, "b": 1.0, "c": 3.0, "d": 0.5]

        /// What happened to a key so far.
        private struct Share {
            /// The operations that wait, in their order.
            var waiting: [Int64] = []
            var started = 0
            /// Of each other key, how much of it had started when both had begun to wait.
            var since: [String: (own: Int, other: Int)] = [:]
            /// How much of each other key has started since its first one came, while that waits.
            var before: [String: Int]?
        }

        @Test func `differ by one action of each at most, and let who is new wait for one of each`()
            async throws
        {
            let seed = UInt64.random(in: 1...999_999)
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.query(
                #"select set_queue_fairness('default', 'tenant', '{"c": 3, "d": 0.5}')"#
            )
            var random = SeededGenerator(seed: seed)
            var shares = Self.weights.mapValues { _ in Share() }
            for step in 1...250 {
                if Bool.random(using: &random) {
                    let key = Self.weights.keys.sorted().randomElement(using: &random) ?? "a"
                    let ids = try await enqueue(engine, key, Int.random(in: 1...9, using: &random))
                    Self.come(ids, key, &shares)
                } else {
                    let limit = Int.random(in: 1...4, using: &random)
                    let claimed = try await engine.claimed(limit)
                    let waiting = shares.values.map(\.waiting.count).reduce(0, +)
                    #expect(claimed.count == min(limit, waiting), "step \(step) of seed \(seed)")
                    for id in claimed {
                        let problem = Self.start(id, &shares)
                        #expect(problem == nil, "step \(step) of seed \(seed): \(problem ?? "")")
                    }
                    Self.endWaits(&shares)
                    let problem = Self.unevenness(shares)
                    #expect(problem == nil, "step \(step) of seed \(seed): \(problem ?? "")")
                }
            }
            #expect(try await engine.violations() == [])
        }

        private func enqueue(_ engine: EngineDriver, _ tenant: String, _ count: Int) async throws -> [Int64] {
            try await engine.values(
                """
                insert into operations (name, globals)
                  select 'Flow', jsonb_build_object('tenant', \(tenant)) from generate_series(1, \(count)) returning id
                """
            )
        }

        private static func come(_ ids: [Int64], _ key: String, _ shares: inout [String: Share]) {
            if shares[key]?.waiting.isEmpty == true {
                shares[key]?.before = [:]
                for (other, share) in shares where other != key && !share.waiting.isEmpty {
                    let started = (shares[key]?.started ?? 0, share.started)
                    shares[key]?.since[other] = started
                    shares[other]?.since[key] = (started.1, started.0)
                }
            }
            shares[key]?.waiting += ids
        }

        /// Counts one that was claimed; what is wrong with that.
        private static func start(_ id: Int64, _ shares: inout [String: Share]) -> String? {
            guard let key = shares.first(where: { $0.value.waiting.contains(id) })?.key else {
                return "\(id) was claimed twice"
            }
            let first = shares[key]?.waiting.removeFirst()
            shares[key]?.started += 1
            shares[key]?.before = nil
            for other in shares.keys where other != key { shares[other]?.before?[key, default: 0] += 1 }
            for (patient, share) in shares {
                // Who had something a moment ago has had its turn for it.
                let due = (weights[key] ?? 1) / (weights[patient] ?? 1)
                let most = share.started == 0 ? 1 : 1 + Int(due.rounded(.up))
                let count = share.before?[key] ?? 0
                if count > most { return "\(patient), which has come, has waited for \(count) of \(key)" }
            }
            return first == id ? nil : "\(id) overtook \(first ?? 0), which is of the same key"
        }

        /// Whoever has nothing left starts anew when more comes.
        private static func endWaits(_ shares: inout [String: Share]) {
            for (key, share) in shares where share.waiting.isEmpty {
                shares[key]?.since = [:]
                shares[key]?.before = nil
                for other in shares.keys { shares[other]?.since[key] = nil }
            }
        }

        private static func unevenness(_ shares: [String: Share]) -> String? {
            for (key, share) in shares {
                for (other, since) in share.since {
                    let (weight, otherWeight) = (weights[key] ?? 1, weights[other] ?? 1)
                    let own = Double(share.started - since.own) / weight
                    let theirs = Double((shares[other]?.started ?? 0) - since.other) / otherWeight
                    if abs(own - theirs) > 1 / weight + 1 / otherWeight + 0.001 {
                        return "\(key) has had \(own), and \(other) \(theirs)"
                    }
                }
            }
            return nil
        }
    }
}
