import BackOps
import LibPQ
import Testing

@Suite struct `The schedule of claims` {
    private var random = JitterGenerator(seed: 1)
    private var schedule = ClaimSchedule(queues: ["default"], pollInterval: .seconds(5), at: start)

    private func lane(_ id: Int64) -> Lane {
        Lane(
            queue: "default",
            priority: 5,
            after: Lane.Key(runAt: PQTimestamp(microseconds: id), operationID: id)
        )
    }

    /// A claim is sent and comes back.
    private mutating func look(
        at now: Int,
        found count: Int,
        of limit: Int = 10,
        took duration: Duration = .milliseconds(1)
    ) {
        schedule.looks()
        schedule.claimed(
            (0..<count).map { lane(Int64($0 + 1)) },
            count: count,
            limit: limit,
            duration: duration,
            at: .ms(now),
            using: &random
        )
        schedule.hasLooked(at: .ms(now))
    }

    /// Makes the worker say that it sleeps.
    private mutating func fallAsleep(at now: Int) {
        look(at: now, found: 0)
        schedule.told(sleeping: true)
    }

    @Test func `begins with a sweep at once`() {
        #expect(schedule.isDue(at: .ms(0)))
        #expect(schedule.sweeps)
        #expect(schedule.asksForNextDue)
    }

    @Test mutating func `is not due while a claim is on its way`() {
        schedule.looks()
        #expect(schedule.isLooking)
        #expect(!schedule.isDue(at: .ms(60_000)))
        schedule.hasLooked(at: .ms(1))
        #expect(schedule.isDue(at: .ms(1)))
    }

    /// Full claims go on behind the last key; once a sweep may be made again, the next claim is one.
    @Test(arguments: [
        // The time of a second full claim, how long the sweep took, and whether another sweep follows.
        (1, 1, false), (999, 1, false), (1000, 1, true),
        // 3 % of the time: after a sweep of 60 ms the next one waits for 2 s.
        (1999, 60, false), (2000, 60, true),
    ])
    mutating func `sweeps again after a second, and less often where sweeps take long`(
        second: Int,
        duration: Int,
        sweeps: Bool
    ) {
        look(at: 0, found: 10, took: .milliseconds(duration))
        #expect(!schedule.sweeps)
        #expect(schedule.isDue(at: .ms(0)))
        look(at: second, found: 10)
        #expect(schedule.sweeps == sweeps)
    }

    @Test mutating func `resumes after the last key while claims come back full`() {
        look(at: 0, found: 10)
        #expect(schedule.lanes[5].after?.operationID == 10)
    }

    @Test mutating func `sweeps at once when a claim between two sweeps comes back short`() {
        look(at: 0, found: 10)
        look(at: 1, found: 3)
        #expect(schedule.sweeps)
        #expect(schedule.isDue(at: .ms(1)))
        #expect(!schedule.foundNothing)
        #expect(schedule.tellsSleep == nil)
    }

    @Test mutating func `wants the database to know that it sleeps when a sweep comes back short`() {
        look(at: 0, found: 0)
        #expect(schedule.tellsSleep == true)
        #expect(schedule.foundNothing)
        #expect(schedule.isDue(at: .ms(0)))
    }

    @Test mutating func `has found something when a short sweep found a job`() {
        look(at: 0, found: 1)
        #expect(schedule.tellsSleep == true)
        #expect(!schedule.foundNothing)
    }

    @Test mutating func `looks twice after falling asleep, and polls then`() {
        fallAsleep(at: 0)
        look(at: 0, found: 0)
        #expect(schedule.nextLook == .ms(20))
        look(at: 20, found: 0)
        #expect(schedule.nextLook == .ms(220))
        look(at: 220, found: 0)
        #expect((Instant.ms(4220)...(.ms(6220))).contains(schedule.nextLook))
    }

    @Test mutating func `polls at the same times for the same chance`() {
        var twin = self
        for now in 0..<10 {
            look(at: now, found: 0)
            twin.look(at: now, found: 0)
            schedule.told(sleeping: true)
            twin.schedule.told(sleeping: true)
            #expect(schedule.nextLook == twin.schedule.nextLook)
        }
    }

    @Test(arguments: [(Int?.none, true), (1, false), (300, false), (60_000, true)])
    mutating func `looks when the next scheduled job is due, if that is before it would poll`(
        delay: Int?,
        polls: Bool
    ) {
        fallAsleep(at: 0)
        for now in [0, 20] { look(at: now, found: 0) }
        look(at: 220, found: 0)
        let poll = schedule.nextLook
        schedule.learned(nextDue: delay.map { .milliseconds($0) }, at: .ms(220))
        #expect(schedule.nextLook == (polls ? poll : .ms(220 + (delay ?? 0))))
    }

    @Test mutating func `never looks twice within a millisecond for a job that is due and cannot be had`() {
        fallAsleep(at: 0)
        for now in [0, 20, 220] { look(at: now, found: 0) }
        schedule.learned(nextDue: .zero, at: .ms(220))
        #expect(schedule.nextLook == .ms(221))
        look(at: 221, found: 0)
        #expect(schedule.nextLook == .ms(222))
    }

    @Test mutating func `says that it is awake when a claim comes back full`() {
        fallAsleep(at: 0)
        #expect(schedule.isAsleep)
        look(at: 10, found: 10)
        #expect(schedule.tellsSleep == false)
        schedule.told(sleeping: false)
        #expect(!schedule.isAsleep)
        #expect(schedule.tellsSleep == nil)
    }

    @Test mutating func `sweeps when it is woken, and does not ask for what is scheduled`() {
        fallAsleep(at: 0)
        look(at: 0, found: 0)
        schedule.wake(at: .ms(5))
        #expect(schedule.isDue(at: .ms(5)))
        #expect(schedule.sweeps)
        #expect(!schedule.foundNothing)
        #expect(!schedule.asksForNextDue)
        schedule.looks()
        #expect(schedule.asksForNextDue)
    }

    @Test mutating func `looks again when it is woken while a claim is on its way`() {
        fallAsleep(at: 0)
        schedule.looks()
        schedule.wake(at: .ms(1))
        #expect(!schedule.isDue(at: .ms(1)))
        schedule.claimed([], count: 0, limit: 10, duration: .milliseconds(1), at: .ms(2), using: &random)
        schedule.hasLooked(at: .ms(2))
        #expect(schedule.isDue(at: .ms(2)))
        #expect(!schedule.foundNothing)
    }

    @Test mutating func `is not woken by what it hands on while it sleeps: the database wakes it`() {
        look(at: 0, found: 0)
        look(at: 0, found: 0)
        schedule.wakeUnlessAsleep(at: .ms(1))
        #expect(schedule.isDue(at: .ms(1)))
        fallAsleep(at: 2)
        look(at: 2, found: 0)
        schedule.wakeUnlessAsleep(at: .ms(3))
        #expect(!schedule.isDue(at: .ms(3)))
    }

    @Test mutating func `looks as soon as slots are free when it had none`() {
        schedule.waitForSlots(at: .ms(0))
        #expect(schedule.nextLook == .ms(5000))
        schedule.slotsAreFree(at: .ms(7))
        #expect(schedule.nextLook == .ms(7))
    }

    @Test mutating func `is not moved by free slots when it rests for another reason`() {
        schedule.waitForSlots(at: .ms(0))
        schedule.rest(at: .ms(1))
        schedule.slotsAreFree(at: .ms(7))
        #expect(schedule.nextLook == .ms(5001))
        schedule.lookNow(at: .ms(8))
        #expect(schedule.isDue(at: .ms(8)))
    }
}
