import BackOps
import BackOpsTesting
import Testing

private struct Limited: OperationDefinition {
    static let name = "Limited"
    let limit: OperationLimit?
    let most: Int

    var branches: [Branch] {
        nothing("A").limit("stripe", most, by: GlobalKey<String>("customer"))
        Sleep(for: .seconds(60))
        nothing("B").limit("stripe")
    }
}

@Suite struct `An operation with limits, run inline` {
    @Test func `has every slot to itself`() async {
        let run = await runInline(Limited(limit: .exclusive(freeWhileWaiting: true), most: 1))
        #expect(run.state == .completed)
        #expect(run.waits == [.seconds(60)])
        #expect(run.path == ["main/A", "main/Sleep", "main/B"])
    }

    @Test(arguments: [(OperationLimit?.none, 0), (.limit("a/b", 1), 1), (.exclusive("stripe"), 1)])
    func `is refused where its limits could not be`(limit: OperationLimit?, most: Int) async {
        let run = await runInline(Limited(limit: limit, most: most))
        #expect(run.state != .completed && run.path.isEmpty)
    }
}
