import EngineModel

extension Scenario {
    /// Draws a scenario: only some kinds of faults, so that some happen a lot.
    init(seed: UInt64) {
        var dice = Dice(seed: seed)
        self.seed = seed
        lease = .s(dice.pick([3, 5, 15, 15, 30]))
        gracePeriod = .s(dice.pick([1, 5, 30]))
        latency = dice.pick([50...400, 200...3_000, 1_000...30_000, 20_000...200_000])
        let hasPooler = dice.chance(250)
        let slots = dice.pick([1, 2, 5, 10, 40])
        processes = (0..<dice.between(1...5)).map { _ in
            ProcessPlan(slots: slots, listens: !hasPooler, startsAt: dice.below(.s(2)))
        }
        faultsEnd = .s(dice.pick([20, 60, 120, 300, 900, 3_600]))
        operations = Self.drawOperations(&dice, until: faultsEnd)
        faults = []
        faults = drawFaults(&dice)
        schedules = drawSchedules()
        operations += drawPatients()
        operations += drawSigned()
        drawLimited(from: 7, ["Hot", "Hot", "Sole", "Both"])
        drawLimited(from: 8, ["Paced", "Paced", "Press"])
        drawLimitsOfQueues()
        drawFairQueues()
    }

    /// In a third of the scenarios queues get limits, which are changed and taken away while workers run.
    ///
    /// From dice of their own, as schedules.
    private mutating func drawLimitsOfQueues() {
        var dice = Dice(seed: seed, 9)
        guard dice.chance(350) else { return }
        for _ in 0..<dice.pick([1, 2, 5, 12]) {
            let queue = dice.chance(750) ? "default" : "slow"
            let moment = dice.below(dice.chance(400) ? .s(5) : faultsEnd)
            faults.append(
                Fault(
                    at: min(moment, faultsEnd),
                    kind: .limitQueue(queue, dice.pick([0, 1, 1, 2, 3, 5, nil]))
                )
            )
        }
    }

    /// In a third of the scenarios the operations of queues take turns by key, with weights that change.
    ///
    /// From dice of their own, as schedules.
    private mutating func drawFairQueues() {
        var dice = Dice(seed: seed, 10)
        guard dice.chance(350) else { return }
        for _ in 0..<dice.pick([1, 2, 4]) {
            let queue = dice.chance(750) ? "default" : "slow"
            let moment = dice.below(dice.chance(600) ? .s(2) : faultsEnd)
            let by = dice.chance(800) ? "key" : nil
            let weights = by != nil && dice.chance(400) ? ["1": dice.between(2...5)] : [:]
            faults.append(
                Fault(at: min(moment, faultsEnd), kind: .shareQueue(queue, by: by, weights: weights))
            )
        }
    }

    /// In a third of the scenarios, with as many slots as take little time.
    ///
    /// From dice of their own, so that everything else is the same with and without them.
    private func drawSchedules() -> [SchedulePlan] {
        var dice = Dice(seed: seed, 4)
        guard dice.chance(350) else { return [] }
        return (0..<dice.between(1...3)).map { number in
            let period = max(.s(3), faultsEnd / dice.between(4...20))
            var request = ScheduleRequest(
                operation: dice.pick(["Short", "Three"]),
                slots: ModelSlots(every: period)
            )
            request.overlap = dice.pick(ScheduleRequest.Overlap.allCases)
            request.catchUp = dice.pick(ScheduleRequest.CatchUp.allCases)
            request.limit = dice.pick([2, 1_000])
            request.window = dice.pick([nil, .min(2)])
            request.endsAt = SimulatedServer.clockAtStart + faultsEnd
            return SchedulePlan(
                name: "s\(number)",
                createdAt: dice.below(faultsEnd / 2),
                request: request,
                conduct: Conduct(
                    duration: dice.pick([0...200, .ms(200)...(.s(3)), .s(1)...period]),
                    failing: 100
                )
            )
        }
    }

    /// In a third of the scenarios operations with waits, most of which get their signal, many while they begin to wait for it.
    ///
    /// From dice of their own, as schedules.
    private func drawPatients() -> [OperationPlan] {
        var dice = Dice(seed: seed, 5)
        guard dice.chance(350) else { return [] }
        return (0..<dice.pick([1, 5, 20])).map { number in
            let start = dice.below(faultsEnd)
            let times = [dice.below(.s(1)), .s(2) + dice.below(latency.upperBound * 4), dice.below(.s(40))]
            return OperationPlan(
                number: operations.count + number,
                enqueuedAt: start,
                name: "Patient",
                queue: "default",
                priority: 5,
                performIn: nil,
                signalledAt: (0..<dice.pick([0, 1, 1, 1, 2])).map { _ in start + dice.pick(times) },
                conduct: Conduct(
                    duration: dice.pick([0...200, 1_000...50_000, .ms(200)...(.s(3))]),
                    failing: dice.pick([0, 100])
                )
            )
        }
    }

    /// In a third of the scenarios operations that ask people, of whom none, one or two decide, some of them late.
    ///
    /// From dice of their own, as schedules.
    private func drawSigned() -> [OperationPlan] {
        var dice = Dice(seed: seed, 6)
        guard dice.chance(350) else { return [] }
        return (0..<dice.pick([1, 5, 20])).map { number in
            let start = dice.below(faultsEnd)
            let times = [latency.upperBound * 4, .s(3), .s(40)]
            return OperationPlan(
                number: operations.count + number,
                enqueuedAt: start,
                name: "Signed",
                queue: "default",
                priority: 5,
                performIn: nil,
                decisions: (0..<dice.pick([0, 1, 2, 2, 3])).map { _ in
                    DecisionPlan(
                        looksAt: start + dice.below(dice.pick(times)),
                        thinksFor: dice.pick([0, dice.below(.ms(50)), dice.below(.s(5))]),
                        isApproval: dice.chance(600)
                    )
                },
                conduct: Conduct(
                    duration: dice.pick([0...200, 1_000...50_000, .ms(200)...(.s(3))]),
                    failing: dice.pick([0, 100])
                )
            )
        }
    }

    /// In a third of the scenarios operations that may not all run, or start, at once; some are steered.
    ///
    /// From dice of their own, as schedules.
    private mutating func drawLimited(from part: Int, _ names: [String]) {
        var dice = Dice(seed: seed, part)
        guard dice.chance(350) else { return }
        let isBurst = dice.chance(600)
        let (before, keys) = (operations.count, dice.pick([1, 3, 20]))
        operations += (0..<dice.pick([2, 6, 20])).map { number in
            OperationPlan(
                number: before + number,
                enqueuedAt: isBurst ? dice.below(.s(3)) : dice.below(faultsEnd),
                name: dice.pick(names),
                queue: dice.chance(100) ? "slow" : "default",
                priority: dice.chance(200) ? dice.below(10) : 5,
                performIn: dice.chance(100) ? dice.below(.s(20)) : nil,
                key: dice.below(keys),
                conduct: Conduct(
                    duration: dice.pick([0...200, 1_000...50_000, .ms(200)...(.s(3))]),
                    failing: dice.pick([0, 100, 400]),
                    failingForGood: dice.pick([0, 0, 50]),
                    snoozing: dice.pick([0, 0, 200])
                )
            )
        }
        for _ in 0..<dice.pick([0, 0, 3, 10]) {
            let number = before + dice.below(operations.count - before)
            let steering = dice.pick(Fault.Steering.allCases)
            let moment = operations[number].enqueuedAt + dice.below(.s(5))
            faults.append(Fault(at: min(moment, faultsEnd), kind: .steer(operation: number, steering)))
        }
    }

    private static func drawOperations(_ dice: inout Dice, until end: Moment) -> [OperationPlan] {
        let hasPoison = dice.chance(150)
        let isBurst = dice.chance(300)
        // Workers claim ahead of their slots only where all of their actions are short.
        let isShort = dice.chance(200)
        return (0..<dice.pick([1, 5, 15, 30, 60])).map { number in
            OperationPlan(
                number: number,
                enqueuedAt: isBurst ? dice.below(.s(3)) : dice.below(end),
                name: dice.pick(["Short", "Three", "Three", "Long", "Far"]),
                queue: dice.chance(150) ? "slow" : "default",
                priority: dice.chance(200) ? dice.below(10) : 5,
                performIn: dice.chance(100) ? dice.below(.s(60)) : nil,
                conduct: drawConduct(&dice, mayBePoison: hasPoison, isShort: isShort)
            )
        }
    }

    private static func drawConduct(_ dice: inout Dice, mayBePoison: Bool, isShort: Bool) -> Conduct {
        var conduct = Conduct(
            duration: dice.pick([0...200, 20...900, 1_000...50_000, .ms(200)...(.s(3)), .s(1)...(.s(40))])
        )
        if isShort { conduct.duration = 0...300 }
        if dice.chance(400) { conduct.failing = dice.pick([50, 300, 800]) }
        if dice.chance(100) { conduct.failingForGood = 200 }
        if dice.chance(150) { conduct.snoozing = 300 }
        if dice.chance(200) { conduct.jumping = 300 }
        if dice.chance(250) { conduct.committing = dice.pick([300, 1_000]) }
        if dice.chance(50) { conduct.unstorable = 300 }
        conduct.isStubborn = dice.chance(100)
        if mayBePoison, dice.chance(200) { conduct.poison = 1 + dice.below(3) }
        return conduct
    }

    private func drawFaults(_ dice: inout Dice) -> [Fault] {
        let kinds = (0..<Self.faultKinds).filter { _ in dice.chance(350) }
        guard !kinds.isEmpty else { return [] }
        return (0..<dice.pick([1, 3, 8, 20, 50])).map { _ in
            let kind = drawFault(dice.pick(kinds), &dice)
            return Fault(at: moment(of: kind, &dice), kind: kind)
        }
    }

    /// Whoever steers an operation often does so while the answer is on its way that hands it to a worker.
    private func moment(of fault: Fault.Kind, _ dice: inout Dice) -> Moment {
        guard case .steer(let operation, _) = fault, dice.chance(500) else { return dice.below(faultsEnd) }
        return operations[operation].enqueuedAt + dice.below(latency.upperBound * 3)
    }

    private static let faultKinds = 14

    private func drawFault(_ kind: Int, _ dice: inout Dice) -> Fault.Kind {
        let process = dice.below(processes.count)
        let briefly = dice.pick([.ms(5), .ms(300), .s(2), lease / 2])
        let long = dice.pick([.ms(500), .s(3), lease - .ms(500), lease + .s(1), lease * 3])
        switch kind {
        case 0: return .kill(process: process)
        case 1: return .freeze(process: process, lasting: long)
        case 2: return .cut(process: process)
        case 3: return .cutHeartbeat(process: process)
        case 4: return .partition(process: process, lasting: long)
        case 5: return .stop(process: process, dice.pick(Fault.StopKind.allCases))
        case 6: return .restartServer(lasting: dice.pick([.ms(10), .s(1), .s(5), lease * 2, .min(20)]))
        case 7: return .failOver(lasting: dice.pick([.ms(1), .s(1), .s(20)]), losing: briefly)
        case 8: return .jumpClock(by: dice.pick([.s(-30), .s(-2), .ms(900), .s(10), .min(10)]))
        case 9:
            return .badNetwork(
                perMille: dice.pick([20, 200, 600]),
                lasting: dice.pick([.s(1), .s(10), .min(2)])
            )
        case 10:
            return .refusals(
                dice.pick(Fault.Refusals.allCases),
                perMille: dice.pick([50, 400, 1_000]),
                lasting: dice.pick([.ms(100), .s(3), .s(30)])
            )
        case 11, 12:
            return .steer(operation: dice.below(operations.count), dice.pick(Fault.Steering.allCases))
        default: return .pauseQueue(dice.pick(["default", "slow"]), lasting: dice.pick([.s(1), .s(30)]))
        }
    }
}
