import BackOps
import BackOpsTesting
import Foundation
import Testing

@Suite struct `A failed attempt` {
    @Test func `is repeated after its backoff until none is left`() async {
        let run = await runInline(
            Flow {
                Do("A") { _ in throw Broken() }
                    .retry(.exponential(maxAttempts: 4, base: .seconds(1), factor: 3, maximum: .seconds(5)))
                nothing("B")
            }
        )
        #expect(run.state == .failed)
        #expect(run.error is Broken)
        #expect(run.errors.count == 4)
        #expect(run.attempts == ["main/A": 4])
        #expect(run.waits == [.seconds(1), .seconds(3), .seconds(5)])
        #expect(run.path.isEmpty)
    }

    @Test func `changes nothing but what it checkpointed`() async {
        let run = await runInline(
            Flow {
                Do("A") { context in
                    context["early"] = 1
                    try await context.checkpoint()
                    context["late"] = 2
                    throw Broken()
                }
                .retry(.never)
            }
        ) { $0["given"] = 0 }
        #expect(run["early"] == 1)
        #expect(run["late"] == nil)
        #expect(run["given"] == 0)
    }

    @Test func `is the last one when it is permanent`() async {
        let run = await runInline(Flow { Do("A") { _ in throw Failure.permanent("The card was declined") } })
        #expect(run.attempts == ["main/A": 1])
        #expect((run.error as? Failure)?.message == "The card was declined")
    }

    @Test func `waits as long as it asks to`() async {
        let attempts = Counter()
        let run = await runInline(
            Flow {
                Do("A") { _ in
                    if attempts.next() == 1 { throw Failure.retry(after: .seconds(77), "Not yet") }
                }
            }
        )
        #expect(run.state == .completed)
        #expect(run.waits == [.seconds(77)])
    }

    @Test func `fails the operation when it asks to wait but was the last one`() async {
        let run = await runInline(
            Flow { Do("A") { _ in throw Failure.retry(after: .seconds(1), "Not yet") }.retry(.never) }
        )
        #expect(run.state == .failed)
        #expect(run.waits.isEmpty)
    }

    @Test func `sees the number of the attempt and the same key each time`() async {
        let run = await runInline(
            Flow {
                Do("A") { context in
                    context["\(context.attempt) of \(context.maxAttempts)"] = .string(context.idempotencyKey)
                    try await context.checkpoint()
                    if context.attempt < 3 { throw Broken() }
                }
                .retry(.constant(maxAttempts: 3, delay: .zero))
            }
        )
        #expect(run["1 of 3"] == "backops-1-1")
        #expect(run["3 of 3"] == "backops-1-1")
        #expect(run.waits.isEmpty)
    }

    @Test func `can be injected, and an injection names an action of the plan`() async {
        let flow = Flow { nothing("A") }
        let run = await runInline(flow, failing: ["main/A": 1])
        #expect(run.errors.first as? InjectedFailure != nil)
        #expect(run.state == .completed)

        let refused = await runInline(flow, failing: ["main/B": 1])
        #expect(refused.state == .failed)
        #expect((refused.error as? BackOpsError)?.code == .invalidConfiguration)
    }
}

@Suite struct `Waiting` {
    let now = Date(timeIntervalSince1970: 1_000_000)

    @Test func `a snooze costs no attempt`() async {
        let calls = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    if calls.next() < 3 { try context.snooze(.seconds(300)) }
                    context["attempt"] = .integer(Int64(context.attempt))
                }
                .retry(.never)
            }
        )
        #expect(run.state == .completed)
        #expect(run["attempt"] == 1)
        #expect(run.attempts == ["main/A": 1])
        #expect(run.waits == [.seconds(300), .seconds(300)])
    }

    @Test func `a snooze may end at a date`() async {
        let calls = Counter()
        let date = now + 90
        let run = await runInline(
            Flow { Do("A") { if calls.next() == 1 { try $0.snooze(until: date) } } },
            now: now
        )
        #expect(run.waits == [.seconds(90)])
    }

    @Test func `a snooze fails an action that has had its turns`() async {
        let calls = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    _ = calls.next()
                    try context.snooze(.seconds(60), atMost: 2)
                }
            }
        )
        #expect(run.state == .failed)
        #expect(run.error.map { "\($0)".contains("2 times") } == true)
        #expect(calls.value == 3)
        #expect(run.waits == [.seconds(60), .seconds(60)])
        #expect(run.attempts == ["main/A": 1])
    }

    @Test func `a snooze has its last turn at its deadline`() async {
        let calls = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    _ = calls.next()
                    try context.snooze(.seconds(60), within: .seconds(150))
                }
            }
        )
        #expect(run.state == .failed)
        #expect(calls.value == 4)
        #expect(run.waits == [.seconds(60), .seconds(60), .seconds(30)])
    }

    @Test func `the limits of a snooze count for each run of an action`() async {
        let calls = Counter()
        let run = await runInline(
            Flow {
                Do("A") { if calls.next() % 2 == 1 { try $0.snooze(.seconds(1), atMost: 1) } }
                Do("B") { if calls.value < 4 { try $0.jump(to: .main) } }
            }
        )
        #expect(run.state == .completed)
        #expect(calls.value == 4)
    }

    @Test func `a snooze for ever ends at the step limit`() async {
        let run = await runInline(Flow { Do("A") { try $0.snooze(.seconds(1)) } }, maxSteps: 50)
        #expect((run.error as? BackOpsError)?.code == .stepLimit)
    }

    @Test func `for a date costs no attempt, and a date in the past none at all`() async {
        let run = await runInline(
            Flow {
                nothing("A").perform(at: now + 60)
                nothing("B").perform(at: now + 30)
                nothing("C").perform(at: now + 90)
            },
            now: now
        )
        #expect(run.waits == [.seconds(60), .seconds(30)])
        #expect(run.attempts == ["main/A": 1, "main/B": 1, "main/C": 1])
    }

    @Test func `for some time starts when the operation gets there`() async {
        let run = await runInline(
            Flow {
                nothing("A").perform(in: .seconds(10))
                nothing("B").perform(in: .milliseconds(1500))
            }
        )
        #expect(run.waits == [.seconds(10), .milliseconds(1500)])
    }

    @Test func `for some time happens again when a jump comes back, but not on a retry`() async {
        let calls = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    switch calls.next() {
                    case 1: throw Broken()
                    case 2: try context.jump(to: .main)
                    default: break
                    }
                }
                .perform(in: .seconds(10))
                .retry(.constant(delay: .seconds(1)))
            }
        )
        #expect(run.waits == [.seconds(10), .seconds(1), .seconds(10)])
    }

    @Test func `for a date that an earlier action set`() async {
        let date = now + 3600
        let run = await runInline(
            Flow {
                Do("A") { $0[.deliverAt] = date }
                nothing("B").perform(at: .deliverAt)
            },
            now: now
        )
        #expect(run.waits == [.seconds(3600)])
    }

    @Test func `for a date that is not set does not happen`() async {
        let run = await runInline(Flow { nothing("A").perform(at: .deliverAt) })
        #expect(run.state == .completed)
        #expect(run.waits.isEmpty)
    }

    @Test func `for a global that is no date fails the operation there`() async {
        let run = await runInline(
            Flow {
                nothing("A")
                nothing("B").perform(at: .deliverAt)
            }
        ) { $0["deliver_at"] = "tomorrow" }
        #expect(run.state == .failed)
        #expect(run.path == ["main/A"])
        #expect(
            run.error as? BackOpsError
                == .globalTypeMismatch("deliver_at", expected: "Date", found: "a string")
        )
    }
}
