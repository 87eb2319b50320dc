import BackOps
import Foundation
import Testing

@Suite struct `A plan as JSON` {
    @Test func `is what the SQL engine takes`() throws {
        let plan = try Plan(
            operation: "Flow",
            branches: Flow {
                nothing("A")
                nothing("B").perform(at: Date(timeIntervalSince1970: 1_798_761_600))
                Branch("red") { nothing("C") }
            }.branches
        )
        #expect(plan.jsonText == #"{"main":["A",["B",{"perform_at":"2027-01-01T00:00:00Z"}]],"red":["C"]}"#)
    }

    @Test func `writes every option, but no defaults`() throws {
        func options(_ action: PlannedAction) -> String { JSONValue.object(action.options.json).description }
        let action = nothing("A")
        #expect(options(action.retry(.exponential())) == "{}")
        #expect(options(action.retry(.exponential(maxAttempts: 5))) == #"{"max_attempts":5}"#)
        #expect(options(action.retry(.never)) == #"{"max_attempts":1}"#)
        #expect(
            options(action.retry(.exponential(base: .milliseconds(1500))))
                == #"{"backoff":{"base":1.5,"factor":2.0,"jitter":0.2,"kind":"exponential","max":21600}}"#
        )
        #expect(
            options(action.retry(.constant(delay: .seconds(3))))
                == #"{"backoff":{"base":3,"jitter":0.0,"kind":"constant"}}"#
        )
        #expect(
            options(
                action.timeout(.microseconds(250)).queue("mail").perform(at: .deliverAt).mayJump(
                    to: .red,
                    .blue
                )
            )
                == #"{"may_jump":["red_subscriptions","blue_subscriptions"],"perform_at_global":"deliver_at","queue":"mail","timeout":0.00025}"#
        )
        #expect(options(action.perform(in: .seconds(600))) == #"{"perform_in":600}"#)
    }

    @Test func `is read as it was written, in its order`() throws {
        let plan = try Plan(
            operation: "Flow",
            branches: Flow {
                Branch("z") {
                    nothing("A").retry(.constant(maxAttempts: 3, delay: .seconds(1.25), jitter: 0.5))
                }
                nothing("B").retry(.exponential(factor: 3)).timeout(.seconds(9)).queue("mail").mayJump(
                    to: "z"
                )
                nothing("C").perform(in: .milliseconds(1))
                nothing("D").perform(at: .deliverAt)
                Branch("a") { nothing("E").perform(at: Date(timeIntervalSince1970: 0.5)) }
            }.branches
        )
        let again = try Plan(operation: "Flow", json: plan.utf8)
        #expect(again == plan)
        #expect(again.branches == ["z", "main", "a"])
    }

    @Test func `may be written by hand`() throws {
        let text =
            #"{"main": ["A", ["B"], ["C", {}], ["D", {"perform_at": "2027-01-01", "backoff": {"kind": "constant"}}]]}"#
        let plan = try Plan(operation: "one-off", json: Array(text.utf8))
        #expect(plan.entries.map(\.name) == ["A", "B", "C", "D"])
        #expect(plan.entry(at: 4)?.options.performAt == Date(timeIntervalSince1970: 1_798_761_600))
        #expect(plan.entry(at: 4)?.options.retry == .constant(delay: .seconds(5)))
    }

    @Test(arguments: [
        ("[]", "must be an object of arrays"),
        ("{", "cannot be read"),
        ("{}", "There are no actions"),
        (#"{"main": "A"}"#, "must be an array, not a string"),
        (#"{"main": []}"#, "is empty"),
        (#"{"main": [1]}"#, "not a number"),
        (#"{"main": [["A", {}, 1]]}"#, "not an array"),
        (#"{"main": ["A"], "main": ["B"]}"#, "two branches \"main\""),
        (#"{"red": ["A"]}"#, "no branch \"main\""),
        (#"{"main": [["A", 1]]}"#, "options must be an object"),
        (#"{"main": [["A", {"perform_on": 1}]]}"#, "perform_on is not an option"),
        (#"{"main": [["A", {"perform_at": "soon"}]]}"#, "perform_at must be an ISO 8601 date"),
        (#"{"main": [["A", {"perform_in": "1"}]]}"#, "perform_in must be a number of seconds"),
        (#"{"main": [["A", {"perform_in": 1e300}]]}"#, "perform_in must be a number of seconds"),
        (#"{"main": [["A", {"max_attempts": 0}]]}"#, "maxAttempts must be 1…1000"),
        (#"{"main": [["A", {"max_attempts": 1.5}]]}"#, "max_attempts must be 1…1000"),
        (#"{"main": [["A", {"backoff": {"kind": "linear"}}]]}"#, "backoff.kind must be"),
        (#"{"main": [["A", {"backoff": {"kind": "constant", "step": 1}}]]}"#, "backoff.step is not a field"),
        (#"{"main": [["A", {"timeout": 0}]]}"#, "timeout must be more than 0"),
        (#"{"main": [["A", {"may_jump": ["x"]}]]}"#, "no such branch"),
        (#"{"main": [["A", {"may_jump": "main"}]]}"#, "may_jump must be an array"),
    ])
    func `that cannot run is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: BackOpsError.self) {
            try Plan(operation: "one-off", json: Array(text.utf8))
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
}
