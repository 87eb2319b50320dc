import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import TestSupport
import Testing

extension GlobalKey<Decision> {
    fileprivate static let approval = Self("approval")
}

/// Asks, waits, and pays if the answer is yes.
private struct Refund: OperationDefinition {
    static let name = "Refund"
    let journal: Journal
    var role: String?
    var within: Duration?

    var branches: [Branch] {
        Do("Check") { _ in journal.note("checked") }
        Approval(
            "refund",
            role: role,
            question: "Refund {amount}?",
            within: within,
            rejected: .branch("apologise"),
            as: .approval
        )
        Do("Pay") { context in
            let decision = try context.require(.approval)
            guard decision.isApproved else { return journal.note("kept") }
            journal.note("paid for \(decision.by ?? "nobody")")
        }
        Branch("apologise") { Do("Write") { _ in journal.note("apologised") } }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Approvals from Swift` {
    private let journal = Journal()

    @Test func `let an operation go on when somebody has approved`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self, key: "order-42") {
                $0[GlobalKey<Int>("amount")] = 7
            }
            try await working(.test { Refund(journal: journal) }) {
                try await eventually("it waits") { try await handle.record().status == .waiting }
                let pending = try #require(try await client.pendingApprovals().first)
                #expect(pending.operationID == handle.id && pending.operation == "Refund")
                #expect(pending.key == "order-42" && pending.name == "refund" && pending.role == nil)
                #expect(pending.question == "Refund 7?" && pending.deadline == nil && pending.mayDecide)
                #expect(try await client.pendingApprovals(after: pending.id).isEmpty)
                #expect(try await client.explain(handle.id).map(\.reason) == [.waiting])
                let record = try await client.decide(
                    Refund.self,
                    key: "order-42",
                    "refund",
                    .approved,
                    reason: "fine",
                    decidedBy: "ann"
                )
                #expect(record.id == pending.id && record.status == .approved && record.run == 1)
                #expect(record.decidedBy == "ann" && record.reason == "fine" && record.vouchedBy != nil)
                try await eventually("it has ended") { try await handle.record().state == .completed }
            }
            #expect(journal.entries == ["checked", "paid for ann"])
            let step = try await client.actions(of: handle.id)[1]
            #expect(step.name == "Approve refund" && step.waitOutcome == .approved && step.decidedBy == "ann")
            #expect(try await client.audit(of: handle.id).map(\.action) == ["decide"])
            #expect(try await client.approvals(of: handle.id).map(\.status) == [.approved])
            let error = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id, "refund", .rejected)
            }
            #expect(error?.code == .wrongState)
            #expect(error?.message.contains("was approved by \"ann\"") == true)
        }
    }

    @Test func `answer the question that was shown, and no other one`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self, key: "order-42")
            try await BackOpsWorker.test { Refund(journal: journal) }.drain()
            let shown = try #require(try await client.pendingApprovals().first)
            try await client.run(handle.id, from: .main, at: "Approve refund")
            let error = await #expect(throws: BackOpsError.self) {
                try await client.decide(Refund.self, key: "order-42", "refund", .approved, approval: shown.id)
            }
            #expect(error?.code == .wrongState)
            #expect(error?.message.contains("asked anew since \(shown.id)") == true)
            let late = await #expect(throws: BackOpsError.self) {
                try await client.extend(handle.id, "refund", until: .in(.seconds(60)), approval: shown.id)
            }
            #expect(late?.code == .wrongState)
            let now = try #require(try await client.pendingApprovals().first)
            try await client.extend(
                operation: "Refund",
                key: "order-42",
                "refund",
                until: .in(.seconds(60)),
                approval: now.id
            )
            let decided = try await client.decide(handle.id, "refund", .approved, approval: now.id)
            #expect(decided.id == now.id)
        }
    }

    @Test func `lead to a branch when somebody has rejected`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await BackOpsWorker.test { Refund(journal: journal) }.drain()
            try await client.decide(handle.id, "refund", .rejected)
            try await BackOpsWorker.test { Refund(journal: journal) }.drain()
            #expect(journal.entries == ["checked", "apologised", "kept"])
        }
    }

    @Test func `have a deadline that can be moved`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await BackOpsWorker.test { Refund(journal: journal, within: .seconds(3600)) }.drain()
            let before = try #require(try await client.approvals(of: handle.id).first?.deadline)
            let after = try await client.extend(
                handle.id,
                "refund",
                until: .in(.seconds(7200)),
                reason: "ill"
            )
            #expect(try #require(after.deadline) > before && after.status == .pending)
            let date = try #require(ISO8601.date("2999-01-01T00:00:00Z"))
            try await client.extend(handle.id, "refund", until: .at(date), extendedBy: "ann")
            #expect(try await client.pendingApprovals().map(\.deadline) == [date])
            let error = await #expect(throws: BackOpsError.self) {
                try await client.extend(handle.id, "refund", until: .now)
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `are for those who are listed`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await BackOpsWorker.test { Refund(journal: journal, role: "finance desk") }.drain()
            #expect(try await client.explain(handle.id).map(\.reason) == [.waiting, .nobodyDecides])
            let findings = await Doctor(TestDatabase.current.database).examine().findings
            #expect(
                findings.first { $0.check == "approvals" }?.found.contains(
                    "1 approval is for \"finance desk\""
                )
                    == true
            )
            try await TestDatabase.current.query("insert into approvers values ('finance desk', 'ann')")
            #expect(try await client.pendingApprovals(for: "ann").map(\.mayDecide) == [true])
            #expect(try await client.pendingApprovals(for: "eve").isEmpty)
            #expect(try await client.pendingApprovals(role: "finance desk").map(\.mayDecide) == [false])
            #expect(try await client.pendingApprovals(role: "other").isEmpty)
            let error = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id, "refund", .approved, decidedBy: "eve")
            }
            #expect(error?.code == .noPermission)
            #expect(error?.message.contains("may, as decided_by: \"ann\"") == true)
            try await client.decide(handle.id, "refund", .approved, decidedBy: "ann")
            let others = await Doctor(TestDatabase.current.database).examine().findings
            #expect(others.first { $0.check == "approvals" }?.level == .fine)
        }
    }

    @Test func `are listed for nothing where the role is a database role, which the doctor finds`()
        async throws
    {
        try await withClient { client in
            let role: String = try await TestDatabase.current.value("select session_user::text")
            try await TestDatabase.current.query(
                "insert into approvers values (\(role), 'ann'), (\(role), 'bob')"
            )
            let finding = await Doctor(TestDatabase.current.database).examine().findings.first {
                $0.check == "approvals"
            }
            #expect(finding?.level == .warning)
            #expect(
                finding?.found
                    == "\"\(role)\" is a database role: its members decide, and the 2 rows of approvers for it do not count"
            )
        }
    }

    @Test func `that are over while no worker looks are found by the doctor`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await BackOpsWorker.test { Refund(journal: journal, within: .seconds(3600)) }.drain()
            try await TestDatabase.current.script(
                """
                update approvals set deadline = clock_now() - interval '10 minutes';
                update jobs set run_at = (select deadline from approvals)
                """
            )
            let finding = await Doctor(TestDatabase.current.database).examine().findings.first {
                $0.check == "approvals"
            }
            #expect(finding?.level == .failure)
            #expect(finding?.found == "1 approval is over, for up to 10 min, and no worker looks")
            let late = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id, "refund", .approved)
            }
            #expect(late?.code == .wrongState)
            try await TestDatabase.current.query("select advance_waits()")
            #expect(try await client.approvals(of: handle.id).map(\.status) == [.lapsed])
        }
    }

    @Test func `are refused where there is none`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await BackOpsWorker.test { Refund(journal: journal) }.drain()
            let unknown = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id, "refunds", .approved)
            }
            #expect(unknown?.code == .unknownJumpTarget)
            let other = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id, "refund", .approved, approval: 0)
            }
            #expect(other?.code == .unknownJumpTarget)
            let missing = await #expect(throws: BackOpsError.self) {
                try await client.decide(handle.id + 1, "refund", .approved)
            }
            #expect(missing?.code == .noSuchOperation)
        }
    }
}
