import Testing

@testable import Chaos

@Suite struct `Reading the logs of a chaos run` {
    private func line(_ state: String, _ level: String, _ message: String) -> String {
        "2026-11-22 15:32:22.123 UTC [4711] \(state) \(level):  \(message)\n"
    }

    @Test func `explains what the faults cause, and nothing else`() {
        let log = ServerLog(
            line("57P01", "FATAL", "terminating connection due to administrator command")
                + line("OP006", "ERROR", "worker 5 is not registered, is stopping, or its lease has ended")
                + line("25P03", "FATAL", "terminating connection due to idle-in-transaction timeout")
                + line("00000", "LOG", "database system is ready to accept connections")
                + line("40001", "ERROR", "operation 7 was changed at the same moment")
                + line("40P01", "ERROR", "deadlock detected")
                + line("40001", "ERROR", "could not serialize access due to concurrent update")
                + line("58030", "PANIC", "could not write to file")
        )
        #expect(log.counts == ["57P01": 1, "OP006": 1, "25P03": 1, "40001": 2, "40P01": 1, "58030": 1])
        #expect(log.unexpected.count == 3)
        #expect(log.unexpected.first?.contains("deadlock detected") == true)
        #expect(log.violations.count == 3)
    }

    @Test func `counts every claim once whose late write was refused`() {
        var writes = LateWrites()
        writes.read(
            """
            {"claim_id":"5","level":"warning","message":"late write refused"}
            {"claim_id":"5","level":"warning","message":"result of an action is refused: the job is not this worker's any more"}
            {"claim_id":"6","level":"warning","message":"result of an action is refused: the job is not this worker's any more"}
            {"claim_id":"7","level":"warning","message":"something else"}
            {"claim_id":"8","level":"warn
            """
        )
        #expect(writes.count == 2)
        #expect(writes.inActions == ["5"])
    }
}
