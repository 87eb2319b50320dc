import LibPQ

extension Request {
    /// The call of the engine that this request of a worker is.
    func statement(_ engine: EngineCalls, worker: Int64) -> SQLStatement {
        switch self {
        case .sleeping(let sleeping): engine.heartbeat(worker: worker, sleeping: sleeping)
        case .stopping: engine.heartbeat(worker: worker, sleeping: false, stopping: true)
        case .complete(let attempts, let continues):
            engine.complete(
                worker: worker,
                attempts.map { ($0.job, $0.result) },
                continuing: continues
            )
        case .fail(let attempts): engine.fail(worker: worker, attempts)
        case .snooze(let attempts): engine.snooze(worker: worker, attempts)
        case .release(let claims, let began): engine.release(worker: worker, claims, began: began)
        case .logs(let logs): engine.storeLogs(worker: worker, logs)
        case .progress(let reports): engine.reportProgress(worker: worker, reports)
        case .held(unseen: false): engine.held(worker: worker)
        case .held(unseen: true), .stillHeld: engine.heldClaims(worker: worker)
        case .lost(let claims): engine.lostClaims(worker: worker, of: claims)
        case .claim(let limit, let lanes, unseen: false):
            engine.claim(worker: worker, limit: limit, lanes: lanes)
        case .claim(let limit, let lanes, unseen: true):
            engine.claimUnseen(worker: worker, limit: limit, lanes: lanes)
        case .claimSuspect(unseen: false): engine.claimSuspect(worker: worker)
        case .claimSuspect(unseen: true): engine.claimSuspectUnseen(worker: worker)
        case .describe(let claim): engine.describe(worker: worker, claim)
        case .nextDue: engine.nextDue(worker: worker)
        }
    }
}
