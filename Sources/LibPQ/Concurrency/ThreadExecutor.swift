internal import Dispatch
internal import Synchronization

/// Runs an actor's jobs on one thread of its own, which may block.
///
/// The thread starts with the first job. After ``stop()`` it ends when it has nothing left to do; a job that comes
/// later gets a new thread for as long as it takes, so that a late call to a closed connection gets its answer.
final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasThread = false
        var isStopped = false
    }

    private let name: String
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    init(name: String) {
        self.name = name
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(unowned)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if needsThread { startThread() } else { wake.signal() }
    }

    /// Ends the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    private func startThread() {
        // Where the system has no thread left, Dispatch's pool is better than not to run at all.
        if !DetachedThread.start(name: name, { self.drain() }) {
            DispatchQueue.global().async { self.drain() }
        }
    }

    private func drain() {
        while let jobs = nextJobs() {
            for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    /// Waits for jobs; nil when the thread is to end.
    private func nextJobs() -> [UnownedJob]? {
        while true {
            let (jobs, ends) = state.withLock { state in
                let jobs = state.jobs
                state.jobs.removeAll(keepingCapacity: true)
                let ends = jobs.isEmpty && state.isStopped
                if ends { state.hasThread = false }
                return (jobs, ends)
            }
            if ends { return nil }
            if !jobs.isEmpty { return jobs }
            wake.wait()
        }
    }
}
