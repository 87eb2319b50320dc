import BackOps
import BackOpsTesting
import Testing

@Suite struct `The next action` {
    @Test func `follows in the order of main`() async {
        let run = await runInline(
            Flow {
                nothing("A")
                nothing("B")
                Branch("side") { nothing("S") }
            }
        )
        #expect(run.state == .completed)
        #expect(run.path == ["main/A", "main/B"])
        #expect(run.steps == 2)
        #expect(run.skipped.isEmpty)
    }

    @Test func `is the target of a jump`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: "side", at: "T") }
                nothing("B")
                Branch("side") {
                    nothing("S")
                    nothing("T")
                }
            }
        )
        #expect(run.path == ["main/A", "side/T", "main/B"])
        #expect(run.skipped == ["side/S"])
    }

    @Test func `comes from main at the end of a side branch`() async {
        let run = await runInline(
            Flow {
                nothing("A")
                Do("B") { try $0.jump(to: "side") }
                nothing("C")
                Branch("side") {
                    nothing("S")
                    nothing("T")
                }
            }
        )
        #expect(run.path == ["main/A", "main/B", "side/S", "side/T", "main/C"])
    }

    @Test func `is none at the end of a side branch when main is done`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: "side") }
                Branch("side") { nothing("S") }
            }
        )
        #expect(run.state == .completed)
        #expect(run.path == ["main/A", "side/S"])
    }

    @Test func `is main's first even when main is declared last`() async {
        let run = await runInline(
            Flow {
                Branch("side") { nothing("S") }
                Branch(.main) { Do("A") { try $0.jump(to: "side") } }
            }
        )
        #expect(run.path == ["main/A", "side/S"])
    }
}

@Suite struct `A jump` {
    @Test func `skips the actions that it passes over, for good`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: .main, at: "C") }
                nothing("B")
                Do("C") { try $0.jump(to: "side") }
                nothing("D")
                Branch("side") { nothing("S") }
            }
        )
        #expect(run.path == ["main/A", "main/C", "side/S", "main/D"])
        #expect(run.skipped == ["main/B"])
    }

    @Test func `backwards opens completed and skipped actions again`() async {
        let rounds = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in if context["again"] == nil { try context.jump(to: .main, at: "C") } }
                nothing("B")
                Do("C") { context in
                    context["again"] = true
                    if rounds.next() == 1 { try context.jump(to: .main) }
                }
            }
        )
        #expect(run.path == ["main/A", "main/C", "main/A", "main/B", "main/C"])
        #expect(run.skipped.isEmpty)
    }

    @Test func `to the same action repeats it with a fresh budget and another key`() async {
        let run = await runInline(
            Flow {
                Do("A") { context in
                    let keys = context["keys"]?.arrayValue ?? []
                    context["keys"] = .array(keys + [.string("\(context.attempt) \(context.idempotencyKey)")])
                    if keys.count < 2 { try context.jump(to: .main, at: "A") }
                }
                .retry(.never)
            }
        )
        #expect(run["keys"] == ["1 backops-1-1", "1 backops-1-1-2", "1 backops-1-1-3"])
    }

    @Test func `does not stop the action, and the last one counts`() async {
        let run = await runInline(
            Flow {
                Do("A") { context in
                    try context.jump(to: "red")
                    try context.jump(to: "blue")
                    context["went on"] = true
                }
                Branch("red") { nothing("R") }
                Branch("blue") { nothing("B") }
            }
        )
        #expect(run.path == ["main/A", "blue/B"])
        #expect(run["went on"] == true)
    }

    @Test func `takes no effect when the attempt fails`() async {
        let attempts = Counter()
        let run = await runInline(
            Flow {
                Do("A") { context in
                    guard attempts.next() == 1 else { return }
                    try context.jump(to: "red")
                    throw Broken()
                }
                nothing("B")
                Branch("red") { nothing("R") }
            }
        )
        #expect(run.path == ["main/A", "main/B"])
    }

    @Test func `to an unknown branch throws at the call and names the known ones`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: "yellow") }.retry(.never)
                Branch("red") { nothing("R") }
            }
        )
        #expect(run.error as? BackOpsError == .unknownJumpTarget("yellow", known: ["main", "red"]))
    }

    @Test func `to an unknown action throws at the call and names the branch's actions`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: "red", at: "X") }.retry(.never)
                Branch("red") { nothing("R") }
            }
        )
        #expect(run.error as? BackOpsError == .unknownJumpTarget("red/X", known: ["red/R"]))
    }

    @Test func `goes to the first of several actions of one name`() async {
        let run = await runInline(
            Flow {
                Do("A") { try $0.jump(to: "side", at: "S") }
                Branch("side") {
                    Do("S") { $0["first"] = true }
                    Do("S") { $0["second"] = true }
                }
            }
        )
        #expect(run.path == ["main/A", "side/S", "side/S"])
        #expect(run["first"] == true)
        #expect(run["second"] == true)
    }

    @Test func `back and forth for ever ends at the step limit`() async {
        let run = await runInline(Flow { Do("A") { try $0.jump(to: .main) } }, maxSteps: 100)
        #expect(run.state == .failed)
        #expect((run.error as? BackOpsError)?.code == .stepLimit)
        #expect(run.steps == 100)
    }
}
