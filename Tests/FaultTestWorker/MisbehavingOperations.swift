import BackOps
import Foundation
import LibPQ
import Logging
import Synchronization

/// One action that ends its process; the global `how` says by what.
struct Poison: OperationDefinition {
    static let name = "Poison"

    var branches: [Branch] {
        Do("Kill") { context in
            context.logger.info("poison taken")
            switch try context.require(GlobalKey<String>("how")) {
            case "trap":
                let none: [Int] = []
                // An index that the compiler cannot see to be wrong.
                context["never"] = none[context.attempt]
            case "exit": exit(3)
            case "memory": Self.exhaustMemory()
            case "overflow": context["never"] = Self.descend(1)
            case let other: throw Failure.permanent("Unknown poison \(other)")
            }
        }
    }

    /// Takes memory under a limit that it sets itself, until there is none.
    private static func exhaustMemory() {
        var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        var hoard: [[UInt8]] = []
        while true { hoard.append([UInt8](repeating: UInt8(hoard.count % 251), count: 16 << 20)) }
    }

    /// Calls itself for ever; the sum keeps the compiler from making a loop of it.
    @inline(never) private static func descend(_ depth: Int) -> Int {
        depth < 0 ? 0 : descend(depth &+ 1) &+ depth
    }
}

/// One action that waits at the gate of its attempt, whatever happens meanwhile, and then does what the global `ending` says.
struct Late: OperationDefinition {
    static let name = "Late"

    var branches: [Branch] {
        Do("Write") { context in
            context.logger.info("began")
            let ending = try context.require(GlobalKey<String>("ending"))
            await withTaskCancellationHandler {
                await Gate.pass("attempt-\(context.attempt)")
            } onCancel: {
                context.logger.info("told to stop")
            }
            context["by"] = context.attempt
            guard context.attempt == 1 else { return }
            do {
                // In a task of its own, which nobody cancels: only the database can refuse it.
                try await Task.detached { try await Self.write(context, ending) }.value
                context.logger.info("late write done")
            } catch let error as BackOpsError {
                context.logger.info("late write refused", metadata: ["code": "\(error.code)"])
            }
        }
        .retry(.constant(maxAttempts: 10, delay: .zero))
    }

    private static func write(_ context: ActionContext, _ ending: String) async throws {
        switch ending {
        case "completion": break
        case "failure": throw Failure.permanent("Too late")
        case "progress": context.progress(0.75, "late")
        case "checkpoint": try await context.checkpoint()
        case "transaction":
            try await context.transaction { transaction in
                try await transaction.execute(Effect(context, "late").statement(into: "effects"))
            }
        case let other: throw Failure.permanent("Unknown ending \(other)")
        }
    }
}

/// One action that waits until its task is cancelled, reports progress all the while, and says when it was told.
struct Patient: OperationDefinition {
    static let name = "Patient"

    var branches: [Branch] {
        Do("Wait") { context in
            context.logger.info("began")
            do {
                for step in 0... {
                    context.progress(0.5, "step \(step)")
                    guard !FileManager.default.fileExists(atPath: Setting.text("FOLDER") + "/patient") else {
                        return
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
            } catch {
                context.logger.info("told to stop")
                throw error
            }
        }
    }
}

/// One action that keeps its thread busy for a time, and never looks up.
struct Blocking: OperationDefinition {
    static let name = "Blocking"

    var branches: [Branch] {
        Do("Spin") { context in
            let end = ContinuousClock.now + .seconds(try context.require(GlobalKey<Int>("seconds")))
            context.logger.info("began")
            while ContinuousClock.now < end {}
        }
    }
}

/// One action that ignores its cancellation in its first attempt, and that of its time limit.
struct Stubborn: OperationDefinition {
    static let name = "Stubborn"

    var branches: [Branch] {
        Do("Limited") { context in await Self.run(context) }
            .timeout(.milliseconds(200))
            .retry(.constant(maxAttempts: 10, delay: .zero))
    }

    static func run(_ context: ActionContext) async {
        context.logger.info("began")
        guard context.attempt == 1 else { return }
        await Gate.pass("stubborn")
        context["late"] = true
        context.logger.info("ended at last")
    }
}

/// One action that ignores its cancellation, and has no time limit.
struct Endless: OperationDefinition {
    static let name = "Endless"

    var branches: [Branch] {
        Do("Unlimited") { context in await Stubborn.run(context) }
    }
}
