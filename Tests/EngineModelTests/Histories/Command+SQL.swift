import EngineModel

extension ModelCommand {
    /// The call as SQL: one row with one text, a line per row of the answer.
    func sql(_ names: Names) -> String {
        switch self {
        case .clock: "select null"
        case .registerWorker(let queues, let handlers, let lease):
            "select register_worker('host', 1, \(array(queues)), \(array(handlers)), 1, '', '\(lease) seconds')"
        case .heartbeat(let worker):
            "select format('%s|%s', alive, suspects) from heartbeat(\(names.worker(worker)))"
        case .stop(let worker):
            "select format('%s|%s', alive, suspects) from heartbeat(\(names.worker(worker)), null, true)"
        case .unregisterWorker(let worker): "select unregister_worker(\(names.worker(worker)))"
        case .held(let worker): Self.jobs("held(\(names.worker(worker)))")
        case .rescue: Self.rows(["worker_id", "rescued"], of: "rescue()")
        case .registerPlan(let name, let version):
            "select register_definition('\(name)', '\(PlanCatalog.histories.registered[name, default: []][version].json)')"
        case .unpark(let name): "select unpark('\(name)')"
        case .enqueue(let request): request.sql
        case .enqueueKeyed(let request, let mode): request.sql(mode)
        case .claim(let worker, let limit): Self.jobs("claim(\(names.worker(worker)), \(limit))")
        case .claimSuspect(let worker): Self.jobs("claim_suspect(\(names.worker(worker)))")
        case .claimed, .completeAll: "select null"
        case .signal(let signal, let operation):
            "select signal(id => \(names.operation(operation)), \(signal.arguments))"
        case .signalKey(let signal, let name, let key):
            "select signal(operation => '\(name)', key => '\(key)', \(signal.arguments))"
        case .decide(let name, let isApproved, let operation, let shown):
            """
            select decision from decide(\(names.operation(operation)), '\(name)', '\(isApproved ? "approved" : "rejected")',
                                        decided_by => '\(ModelApproval.member)'\(shown.map {
                                            ", approval => (select id from approvals where operation_id = \(names.operation(operation)) order by id offset \($0) limit 1)"
                                        } ?? ""))
            """
        case .extend(let name, let seconds, let operation):
            """
            select date_part('epoch', deadline)::text
              from extend(\(names.operation(operation)), '\(name)', clock_now() + interval '\(seconds) seconds')
            """
        case .advanceWaits(let limit): "select advance_waits(\(limit))"
        case .setLimit(let name, let maximum):
            "select format('%s|%s|%s', name, maximum, declared) from set_limit('\(name)', \(maximum.map(String.init) ?? "null"))"
        case .resetLimit(let name):
            "select format('%s|%s|%s', name, maximum, declared) from reset_limit('\(name)')"
        case .recountLimits: "select recount_limits()"
        case .advanceLimits: "select advance_limits()"
        case .setQueueLimit(let queue, let maximum):
            "select format('%s|%s|%s', queue, maximum, holding) from set_queue_limit('\(queue)', \(maximum.map(String.init) ?? "null"))"
        case .setQueueFairness(let queue, let by, let weights):
            """
            select format('%s|%s', queue, by_global)
              from set_queue_fairness('\(queue)', \(by.map { "'\($0)'" } ?? "null"), '{\(weights.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}')
            """
        case .setRate, .resetRate, .consume, .closeRate, .backOff: rateSQL(names)
        case .pause(let queue, let seconds):
            """
            select format('%s|%s', name, date_part('epoch', paused_until))
              from pause('\(queue)'\(seconds.map { ", clock_now() + interval '\($0) seconds'" } ?? ""))
            """
        case .resume(let queue): "select format('%s', name) from resume('\(queue)')"
        case .schedule(let name, let command): command.sql(name)
        case .sweep(let limit):
            Self.rows(
                [
                    "schedule", "date_part('epoch', slot)", "operation_id", "outcome", "reason", "slots",
                    "late",
                ],
                of: "run_schedules(\(limit))"
            )
        case .steer(let operation, let command):
            "select format('%s|%s', r.id, r.state) from \(command.sql(names.operation(operation))) as r"
        }
    }

    /// The call of a command that names claims.
    func sql(_ names: Names, claims: [Token: (worker: Int, operation: Int)]) -> String {
        switch self {
        case .claimed(let token, let command):
            guard let owner = claims[token] else { return "select null" }
            let worker = names.worker(owner.worker)
            let (operation, claim) = (names.operation(owner.operation), names.claim(token))
            return command.sql(worker: worker, operation: operation, claim: claim)
        case .completeAll(let tokens, let invalid):
            guard let first = tokens.first, let owner = claims[first] else { return "select null" }
            let operations = tokens.map { names.operation(claims[$0]?.operation ?? Self.unknown) }
            let nothing = tokens.map { _ in "null" }
            let patches = tokens.map { invalid.contains($0) ? "'[]'" : "null" }
            return Self.rows(
                ClaimCommand.completionColumns,
                of: """
                    complete_many(\(names.worker(owner.worker)), array[\(operations.joined(separator: ","))]::bigint[],
                                  array[\(tokens.map(names.claim).joined(separator: ","))]::bigint[],
                                  array[\(patches.joined(separator: ","))]::jsonb[],
                                  array[\(nothing.joined(separator: ","))]::integer[])
                    """
            )
        default: return sql(names)
        }
    }

    static func rows(_ columns: [String], of call: String) -> String {
        let format = Array(repeating: "%s", count: columns.count).joined(separator: "|")
        return
            "select string_agg(format('\(format)', \(columns.joined(separator: ", "))), e'\\n') from \(call)"
    }

    private static func jobs(_ call: String) -> String {
        rows(
            [
                "operation_id", "claim_id", "definition_id", "position", "run", "attempt", "max_attempts",
                "priority",
                "date_part('epoch', run_at)", "date_part('epoch', enqueued_at)", "queue", "operation",
                "branch",
                "action", EngineSession.globals, "replace(plan::text, ' ', '')",
            ],
            of: call
        )
    }

    private func array(_ texts: [String]) -> String { "'{\(texts.joined(separator: ","))}'" }
}

extension KeyMode {
    fileprivate var sql: String {
        switch self {
        case .once: "once"
        case .unlessActive: "unless_active"
        case .replaceWaiting: "replace_waiting"
        case .cancelAndReplace: "cancel_and_replace"
        case .throttle(let seconds): "throttle \(seconds) s"
        case .debounce(let seconds, let atMost, let payload):
            "debounce \(seconds) s\(atMost.map { " at most \($0) s" } ?? "") \(payload.rawValue)"
        }
    }
}

extension ModelEnqueue {
    fileprivate var sql: String { "select enqueue(\(arguments.joined(separator: ", ")))" }

    fileprivate func sql(_ mode: KeyMode) -> String {
        ModelCommand.rows(
            ["id", "outcome"],
            of: "enqueue_keyed(\((arguments + ["mode => '\(mode.sql)'"]).joined(separator: ", ")))"
        )
    }

    private var arguments: [String] {
        var arguments = ["'\(name)'", "globals => '\(Rendered.globals(globals))'", "queue => '\(queue)'"]
        arguments += ["priority => \(priority)", "step_limit => \(stepLimit)"]
        if let key { arguments.append("key => '\(key)'") }
        if let performIn { arguments.append("perform_in => '\(performIn) seconds'") }
        if let ownPlan { arguments.append("branches => '\(PlanCatalog.histories.own[ownPlan].json)'") }
        return arguments
    }
}

extension ClaimCommand {
    static let completionColumns = [
        "operation_id", "claim_id", "outcome", "next_claim_id", "position", "run", "max_attempts",
        "timeout_ms",
        "branch", "action", EngineSession.globals, "attempt",
    ]

    fileprivate func sql(worker: String, operation: String, claim: String) -> String {
        let owner = "\(worker), \(operation), \(claim)"
        switch self {
        case .complete(let change, let jump, let continues):
            var arguments = [owner, "p_continue => \(continues)"]
            if let change {
                arguments += [
                    "p_set => '\(change.set)'", "p_unset => '{\(change.unset.joined(separator: ","))}'",
                ]
            }
            if let jump {
                arguments.append("p_jump_branch => '\(jump.branch)'")
                if let action = jump.action { arguments.append("p_jump_action => '\(action)'") }
            }
            return ModelCommand.rows(
                Self.completionColumns,
                of: "complete(\(arguments.joined(separator: ", ")))"
            )
        case .fail(let permanent, let retryAfter, let timedOut):
            let delay = retryAfter.map { "'\($0) seconds'" } ?? "null"
            return Self.handBack(
                "fail(\(owner), 'Mishap', 'broken', 'there', \(permanent), \(delay), '\(timedOut ? "timed_out" : "failed")')"
            )
        case .snooze(let seconds, let atMost, let within):
            let limits =
                atMost == nil && within == nil
                ? ""
                : ", \(atMost.map(String.init) ?? "null"), \(within.map { "'\($0) seconds'" } ?? "null")"
            return Self.handBack("snooze(\(owner), '\(seconds) seconds'\(limits))")
        case .release(let began):
            return Self.handBack(
                "release_many(\(worker), array[\(operation)]::bigint[], array[\(claim)]::bigint[], \(began))"
            )
        case .checkpoint(let change):
            let unset = change.unset.map { "\"\($0)\"" }.joined(separator: ",")
            return
                "select format('%s', checkpoint(\(owner), '{\"set\": \(change.set), \"unset\": [\(unset)]}'))"
        }
    }

    private static func handBack(_ call: String) -> String {
        ModelCommand.rows(["operation_id", "claim_id", "outcome", "date_part('epoch', run_at)"], of: call)
    }
}

extension SignalRequest {
    fileprivate var arguments: String {
        let (payload, key) = (payload.map { "'\($0)'" } ?? "null", dedupKey.map { "'\($0)'" } ?? "null")
        return "name => '\(name)', payload => \(payload), dedup_key => \(key)"
    }
}

extension SteeringCommand {
    fileprivate func sql(_ id: String) -> String {
        switch self {
        case .cancel(let reason): "cancel(\(id), \(reason.map { "'\($0)'" } ?? "null"))"
        case .retry: "retry(\(id))"
        case .wakeUp: "wake_up(\(id))"
        case .jump(let target): "jump(\(id), \(target.sql))"
        case .runFrom(let target): "run_from(\(id), \(target.sql))"
        case .skip: "skip(\(id))"
        case .reschedule(let seconds): "reschedule(\(id), clock_now() + interval '\(seconds) seconds')"
        case .setGlobal(let key, let value):
            "set_global(\(id), '\(key)', \(value.map { "'\(Rendered.value($0))'" } ?? "null"))"
        }
    }
}

extension JumpTarget {
    fileprivate var sql: String { "'\(branch)'" + (action.map { ", '\($0)'" } ?? "") }
}

extension GlobalsChange {
    fileprivate var set: String {
        Rendered.globals(compactMapValues { $0 })
    }

    fileprivate var unset: [String] {
        filter { $0.value == nil }.keys.sorted()
    }
}
