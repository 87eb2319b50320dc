import Testing

@testable import BackOpsBenchmarks

@Suite struct `The proof of a run` {
    /// Ten operations of three actions, all done once.
    private let complete = Proof(
        operations: 10,
        completedOperations: 10,
        actions: 30,
        completedActions: 30,
        attempts: 0,
        jobs: 0,
        claimedJobs: 0,
        bodies: 30
    )

    private func faults(_ change: (inout Proof) -> Void) -> [String] {
        var proof = complete
        change(&proof)
        return proof.faults(operations: 10, actions: 30)
    }

    @Test func `finds nothing where everything was done once`() {
        #expect(complete.faults(operations: 10, actions: 30) == [])
        #expect(complete.faults(atLeast: 30) == [])
        #expect(faults { $0.bodies = nil } == [])
    }

    @Test func `finds an action that ran twice`() {
        #expect(
            faults { $0.bodies = 31 } == ["1 actions ran more than once, or ran and were not completed"]
        )
    }

    @Test func `finds an action that completed without having run`() {
        #expect(faults { $0.bodies = 29 } == ["1 actions completed without having run"])
    }

    @Test func `finds what was left undone`() {
        #expect(
            faults { proof in
                proof.completedOperations = 8
                proof.completedActions = 27
                proof.bodies = 27
                proof.jobs = 2
            } == [
                "2 operations not completed", "3 actions not completed, or not at the first attempt",
                "2 jobs left",
            ]
        )
    }

    @Test func `finds attempts that failed or were handed back`() {
        #expect(faults { $0.attempts = 4 } == ["4 attempts that did not simply succeed"])
    }

    @Test func `finds operations and actions that are missing, or too many`() {
        #expect(complete.faults(operations: 11, actions: 33).count == 2)
        #expect(complete.faults(operations: 9, actions: 27).count == 2)
    }

    @Test func `lets a run that was stopped leave operations, but no claim`() {
        var proof = complete
        proof.operations = 1000
        proof.actions = 3000
        proof.jobs = 990
        #expect(proof.faults(atLeast: 30) == [])
        #expect(proof.faults(atLeast: 31) == ["30 actions completed instead of at least 31"])
        proof.claimedJobs = 5
        #expect(proof.faults(atLeast: 30) == ["5 jobs still held by a worker that has ended"])
    }

    @Test func `wants one failed attempt of every operation that was to fail`() {
        var proof = complete
        proof.completedOperations = 0
        proof.completedActions = 0
        proof.attempts = 10
        proof.bodies = 10
        #expect(proof.faultsOfFailing(operations: 10) == [])
        proof.attempts = 11
        proof.bodies = 11
        #expect(
            proof.faultsOfFailing(operations: 10) == [
                "11 failed attempts instead of 10", "11 actions ran instead of 10",
            ]
        )
        #expect(complete.faultsOfFailing(operations: 10).count == 3)
    }

    @Test func `wants a job for every operation that was only enqueued`() {
        var proof = complete
        proof.completedOperations = 0
        proof.completedActions = 0
        proof.jobs = 10
        #expect(proof.faultsOfEnqueueing(operations: 10, actions: 30) == [])
        proof.jobs = 9
        #expect(proof.faultsOfEnqueueing(operations: 10, actions: 30) == ["9 jobs instead of 10"])
    }
}
