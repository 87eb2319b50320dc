/// The operation that runs slots of a schedule which nobody ran: every worker knows it, and `backfill_schedule` enqueues it.
///
/// Its globals say which slots and how far it is. Each attempt enqueues as many as may be active, and snoozes until some have ended; a slot
/// has a key, so that one whose attempt died is not enqueued twice.
struct Backfill: OperationDefinition {
    static let name = EngineCalls.backfillName

    var branches: [Branch] {
        Do("EnqueueSlots") { context in
            guard let host = context.host as? WorkerActionHost else {
                throw Failure.permanent("Only a worker can run a backfill.")
            }
            while true {
                let step = try await host.advanceBackfill()
                context["next_after"] = step.nextAfter.map { .string(ISO8601.text($0)) }
                context["active"] = .array(step.active.map { .integer($0) })
                context["done"] = .integer(Int64(step.done))
                if !step.hasMore, step.active.isEmpty { return }
                try await context.checkpoint()
                context.progress(
                    step.fraction,
                    "\(step.done) slots of \(step.slots), \(step.active.count) active"
                )
                if !step.active.isEmpty { try context.snooze(step.pause) }
            }
        }
    }
}
