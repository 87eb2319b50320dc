/// What the database says of a run, held against what should have happened.
///
/// A figure counts only when everything was done, and nothing twice.
struct Proof: Hashable, Sendable {
    /// Operations there are, of those that were measured.
    var operations: Int
    /// Operations that completed.
    var completedOperations: Int
    /// Actions there are.
    var actions: Int
    /// Actions that completed in their first run and first attempt.
    var completedActions: Int
    /// Attempts that did not simply succeed, hand-backs among them.
    var attempts: Int
    /// Jobs that are left.
    var jobs: Int
    /// Jobs that a worker still holds.
    var claimedJobs: Int
    /// Bodies of actions that ran, by the count of the workers; nil where no worker took part.
    var bodies: Int?

    /// What is wrong with a run that should have completed all of its operations.
    func faults(operations expectedOperations: Int, actions expectedActions: Int) -> [String] {
        var faults: [String] = []
        if operations != expectedOperations {
            faults.append("\(operations) operations instead of \(expectedOperations)")
        }
        if actions != expectedActions { faults.append("\(actions) actions instead of \(expectedActions)") }
        if completedOperations < operations {
            faults.append("\(operations - completedOperations) operations not completed")
        }
        if completedActions < actions {
            faults.append("\(actions - completedActions) actions not completed, or not at the first attempt")
        }
        if jobs > 0 { faults.append("\(jobs) jobs left") }
        return faults + faultsOfAnyRun
    }

    /// What is wrong with a run that was stopped after so many actions.
    func faults(atLeast expectedActions: Int) -> [String] {
        var faults: [String] = []
        if completedActions < expectedActions {
            faults.append("\(completedActions) actions completed instead of at least \(expectedActions)")
        }
        if claimedJobs > 0 { faults.append("\(claimedJobs) jobs still held by a worker that has ended") }
        return faults + faultsOfAnyRun
    }

    /// What is wrong with a run that should have enqueued operations, and nothing else.
    func faultsOfEnqueueing(operations expectedOperations: Int, actions expectedActions: Int) -> [String] {
        var faults: [String] = []
        if operations != expectedOperations {
            faults.append("\(operations) operations instead of \(expectedOperations)")
        }
        if actions != expectedActions { faults.append("\(actions) actions instead of \(expectedActions)") }
        if jobs != expectedOperations { faults.append("\(jobs) jobs instead of \(expectedOperations)") }
        return faults
    }

    /// What is wrong with a run in which every operation should have failed at its only attempt.
    func faultsOfFailing(operations expected: Int) -> [String] {
        var faults: [String] = []
        if operations != expected { faults.append("\(operations) operations instead of \(expected)") }
        if completedOperations > 0 { faults.append("\(completedOperations) operations completed") }
        if attempts != expected { faults.append("\(attempts) failed attempts instead of \(expected)") }
        if let bodies, bodies != expected { faults.append("\(bodies) actions ran instead of \(expected)") }
        if jobs > 0 { faults.append("\(jobs) jobs left") }
        return faults
    }

    private var faultsOfAnyRun: [String] {
        var faults: [String] = []
        if attempts > 0 { faults.append("\(attempts) attempts that did not simply succeed") }
        if let bodies, bodies > completedActions {
            faults.append(
                "\(bodies - completedActions) actions ran more than once, or ran and were not completed"
            )
        }
        if let bodies, bodies < completedActions {
            faults.append("\(completedActions - bodies) actions completed without having run")
        }
        return faults
    }
}
