import BackOps
import BackOpsTesting
import EngineModel

extension EngineModel {
    /// All rows as `model_state()` of ``EngineSession`` writes them: a line each, columns between bars.
    func state(_ names: Names) -> String {
        let operations = operationIDs.compactMap { self.operations[$0] }
        var lines = operations.map { Self.line(of: $0, names) }
        for operation in operations { lines += Self.actionLines(of: operation, names) }
        for operation in operations {
            if let job = operation.job { lines.append(Self.line(of: job, operation, names)) }
        }
        for operation in operations { lines += Self.attemptLines(of: operation, names) }
        for operation in operations { lines += Self.signalLines(of: operation, names) }
        for operation in operations { lines += Self.approvalLines(of: operation, names) }
        lines += workers.map { id, worker in
            let columns = [
                Rendered.time(worker.heartbeatAt), String(worker.lease), worker.stopping ? "t" : "f",
            ]
            return "worker|\(names.worker(id))|" + columns.joined(separator: "|")
        }.sorted()
        lines += keys.map { key, entry in
            let columns = [
                "key", key.name, key.key, names.operation(entry.operation),
                entry.replaced.map { names.operation($0) } ?? "",
                Rendered.time(entry.windowBeganAt), Rendered.time(entry.freeAt),
            ]
            return columns.joined(separator: "|")
        }.sorted()
        lines += limitLines(names) + fairLines + rateLines(names)
        lines += current.map { name, version in
            "definition|\(name)|" + names.definition(Definition(name: name, version: version))
        }.sorted()
        lines += schedules.values.sorted { $0.name < $1.name }.flatMap { $0.lines(names) }
        return lines.joined(separator: "\n")
    }

    private static func line(of operation: ModelOperation, _ names: Names) -> String {
        let request = operation.request
        let columns = [
            "operation", names.operation(operation.id), request.name, operation.state.rawValue,
            request.key ?? "", operation.activeKey ?? "",
            request.queue, String(request.priority), Rendered.time(operation.performAt),
            String(request.stepLimit),
            Rendered.time(operation.createdAt), Rendered.time(operation.endedAt),
            Rendered.time(operation.parkedAt), text(operation.stoppedPosition),
            operation.replacedBy.map { "replaced by operation \(names.operation($0))" }
                ?? operation.outdoneBy.map { by in
                    operation.stopReason?.replacing("%", with: names.operation(by)) ?? ""
                }
                ?? operation.stopReason ?? "",
            Rendered.globals(operation.globals), request.schedule ?? "", Rendered.time(request.slot),
        ]
        return columns.joined(separator: "|")
    }

    private static func actionLines(of operation: ModelOperation, _ names: Names) -> [String] {
        let id = names.operation(operation.id)
        return operation.actions.indices.map { index in
            let action = operation.actions[index]
            let columns = [
                "action", id, String(index + 1), String(operation.run(at: index + 1)),
                String(action.earlierAttempts), String(action.attemptsCount), String(action.rule.maxAttempts),
                action.rule.branch,
                action.rule.name, Rendered.time(action.startedAt), Rendered.time(action.completedAt),
                names.claim(action.completedClaim), Rendered.time(action.skippedAt),
                Rendered.time(action.erroredAt), action.errorType ?? "", action.waitOutcome?.rawValue ?? "",
            ]
            return columns.joined(separator: "|")
        }
    }

    private static func line(of job: ModelJob, _ operation: ModelOperation, _ names: Names) -> String {
        let columns = [
            "job", names.operation(operation.id), Rendered.time(job.runAt), names.worker(job.holder?.worker),
            names.claim(job.holder?.claim), Rendered.time(job.holder?.claimedAt),
            names.definition(job.definition), text(job.position), String(job.attempt), String(job.stepsLeft),
            String(operation.request.priority), String(job.crashes),
            (job.turn == nil ? "" : EngineModel.fairPrefix) + job.queue, job.handler,
            Rendered.time(job.waitsSince), job.gate ?? "", text(job.ticket), Rendered.time(job.cameAt),
            job.queueSlot ?? "", turn(job.turn),
        ]
        return columns.joined(separator: "|")
    }

    private func limitLines(_ names: Names) -> [String] {
        let slots = operations.values.flatMap { operation in
            let held = [("operation", operation.job?.operationSlot), ("action", operation.job?.actionSlot)]
            return held.compactMap { kind, slot in
                slot.map { "slot|\(kind)|\($0)|\(names.operation(operation.id))" }
            }
        }
        let limits = limits.map { name, limit in
            let columns = [
                name, Self.text(limit.declared), Self.text(limit.own ?? nil), limit.own == nil ? "f" : "t",
                Self.text(limit.maximum),
            ]
            return "limit|" + columns.joined(separator: "|")
        }
        let gates = gates.map { gate, counts in
            "gate|\(gate)|\(counts.name)|\(counts.holding)|\(counts.waiting)|\(counts.nextTicket)"
        }
        let releases = releases.map { gate, release in "release|\(gate)|\(release.slots)|\(release.waiters)" }
        let queues = queueLimits.map { queue, limit in
            "queue|\(queue)|\(Self.text(limit.maximum))|\(limit.holding)"
        }
        return slots.sorted() + limits.sorted() + gates.sorted() + queues.sorted() + releases.sorted()
    }

    private var fairLines: [String] {
        let queues = fairQueues.map { queue, fair in
            let weights = fair.weights.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            return "fair|\(queue)|\(fair.by ?? "")|\(weights.joined(separator: ","))"
        }
        let lanes = fairLanes.map { id, lane in
            let turns = [lane.clock, lane.fresh, lane.firstTurn].map { Self.turn($0) }
            return "lane|\(id.queue)|\(id.priority)|" + turns.joined(separator: "|")
        }
        let keys = fairLanes.flatMap { id, lane in
            lane.keys.map { "turns|\(id.queue)|\(id.priority)|\($0.key)|\(Self.turn($0.value))" }
        }
        return queues.sorted() + lanes.sorted() + keys.sorted()
    }

    private static func turn(_ turn: Double?) -> String {
        turn.map { String(Int(($0 * ModelFairLane.parts).rounded(.toNearestOrEven))) } ?? ""
    }

    private func rateLines(_ names: Names) -> [String] {
        let starts = operations.values.compactMap { operation -> String? in
            guard let job = operation.job, let pacedAt = job.pacedAt else { return nil }
            let rate = job.position.flatMap { operation.actions[$0 - 1].rule.rate }
            let columns = [
                rate.map { gate($0, operation) } ?? "", Self.text(rate?.weight), Rendered.time(pacedAt),
                names.operation(operation.id), Rendered.time(job.holder?.claimedAt),
            ]
            return "start|" + columns.joined(separator: "|")
        }
        let rates = rates.map { name, rate in
            let own = rate.own ?? nil
            let numbers = [
                rate.declared?.count, rate.declared?.per, rate.declared?.burst, own?.count, own?.per,
                own?.burst,
            ]
            let columns =
                [name] + numbers.map(Self.text) + [rate.own == nil ? "f" : "t", String(rate.version)]
            return "rate|" + columns.joined(separator: "|")
        }
        let gates = rateGates.map { gate, counts in
            let columns = [
                gate, counts.name, Rendered.time(counts.usedUntil), String(counts.version),
                Rendered.time(counts.closedUntil), String(counts.waiting), String(counts.nextTicket),
                String(counts.lookAt + Rendered.epoch * ModelRateGate.fraction),
            ]
            return "pace|" + columns.joined(separator: "|")
        }
        return starts.sorted() + rates.sorted() + gates.sorted()
    }

    private static func attemptLines(of operation: ModelOperation, _ names: Names) -> [String] {
        let id = names.operation(operation.id)
        return operation.attempts.map { attempt in
            let columns = [
                "attempt", id, String(attempt.position), String(attempt.run), String(attempt.attempt),
                attempt.outcome, attempt.endsOperation ? "t" : "f", names.worker(attempt.worker),
                names.claim(attempt.claim), Rendered.time(attempt.startedAt), Rendered.time(attempt.endedAt),
                attempt.errorType ?? "",
            ]
            return columns.joined(separator: "|")
        }
    }

    private static func signalLines(of operation: ModelOperation, _ names: Names) -> [String] {
        operation.signals.map { signal in
            let columns = [
                "signal", names.operation(operation.id), signal.request.name, text(signal.request.payload),
                signal.request.dedupKey ?? "", Rendered.time(signal.sentAt), Rendered.time(signal.readAt),
                text(signal.readPosition), text(signal.readRun),
            ]
            return columns.joined(separator: "|")
        }
    }

    private static func approvalLines(of operation: ModelOperation, _ names: Names) -> [String] {
        operation.approvals.map { approval in
            let isDecided = [.approved, .rejected].contains(approval.decision)
            let columns = [
                "approval", names.operation(operation.id), text(approval.position), text(approval.run),
                approval.name, Rendered.time(approval.askedAt), Rendered.time(approval.deadline),
                approval.decision?.rawValue ?? "", isDecided ? ModelApproval.member : "",
                Rendered.time(approval.decidedAt),
            ]
            return columns.joined(separator: "|")
        }
    }

    private static func text(_ number: Int?) -> String { number.map { String($0) } ?? "" }
}
