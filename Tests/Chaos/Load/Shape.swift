import BackOps

/// The operations of the load, and the way that each must have gone when it has completed.
enum Shape: String, CaseIterable, Sendable {
    case line = "Line"
    case booking = "Booking"
    case detour = "Detour"
    case loop = "Loop"
    case doze = "Doze"
    case patient = "Patient"
    case signed = "Signed"
    case brought = "Brought"
    case limited = "Limited"
    case paced = "Paced"

    /// Position and run of every completion in its order, such as `1.1 2.1`.
    var walk: String {
        switch self {
        case .line: "1.1 2.1 3.1"
        case .booking: "1.1 2.1 3.1 4.1 5.1 6.1"
        case .detour: "1.1 2.1 5.1 6.1 3.1 4.1"
        case .loop: "1.1 2.1 3.1 2.2 3.2 2.3 3.3 4.1"
        case .doze, .patient: "1.1 2.1 3.1 4.1"
        case .brought, .limited, .paced, .signed: "1.1 2.1 3.1"
        }
    }

    /// What it brings with the INSERT.
    var branches: String? {
        switch self {
        case .brought: Brought.branches
        case .limited: Limited.branches
        case .paced: Paced.branches
        default: nil
        }
    }

    /// What workers must know; operations that bring their branches need no definition.
    static func definitions(_ bodies: ActionBodies) -> [any OperationDefinition] {
        [
            Line(bodies: bodies), Booking(bodies: bodies), Detour(bodies: bodies), Loop(bodies: bodies),
            Doze(bodies: bodies), Patient(bodies: bodies), Signed(bodies: bodies),
        ]
    }
}

/// Nothing special.
struct Line: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("One")
        bodies.step("Two")
        bodies.step("Three", .transaction)
    }
}

/// Transactions between actions that throw; one of them may make the operation fail.
struct Booking: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Reserve", .transaction)
        bodies.step("Ask", .flaky)
        bodies.step("Charge", .transaction)
        bodies.step("Confirm", .fragile)
        bodies.step("Mail")
        bodies.step("Close", .transaction)
    }
}

/// Goes through a side branch and comes back.
struct Detour: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Start")
        bodies.step("Fork", .transaction, goingTo: .init(branch: "side", action: "SideOne"))
        bodies.step("Join", .flaky)
        bodies.step("End")
        Branch("side") {
            bodies.step("SideOne")
            bodies.step("SideTwo", .transaction)
        }
    }
}

/// Jumps back twice.
struct Loop: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Enter")
        bodies.step("Work", .transaction)
        bodies.step("Again", goingTo: .init(branch: .main, action: "Work", times: 2))
        bodies.step("Leave", .transaction)
    }
}

/// Snoozes, and stores globals early.
struct Doze: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Nap", .dozing)
        bodies.step("Note", .checkpointing)
        bodies.step("Sleep", .dozing)
        bodies.step("Wake", .transaction)
    }
}

/// Sleeps, and waits for a signal, which may come before its time or never.
struct Patient: OperationDefinition {
    static let signal = "go"

    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Begin")
        Sleep(for: bodies.lease / 10)
        WaitFor(Self.signal, timeout: bodies.lease * 3, onTimeout: .goOn)
        bodies.step("Finish", .transaction)
    }
}

/// Asks people, of whom two may decide at once, or nobody in time.
struct Signed: OperationDefinition {
    let bodies: ActionBodies

    var branches: [Branch] {
        bodies.step("Prepare")
        Approval("go", within: bodies.lease + .seconds(2), else: .goOn, as: GlobalKey<Decision>("decision"))
        bodies.step("Carry out", .transaction)
    }
}

/// Brings its branches with the INSERT.
enum Brought {
    static let branches = """
        {"main": [["First", {\(options)}], ["Second", {\(options)}], ["Third", {\(options)}]]}
        """

    fileprivate static let options = """
        "max_attempts": 1000, "backoff": {"kind": "constant", "base": 0.2, "jitter": 0.5}
        """

    static func actions(_ bodies: ActionBodies) -> [any Plannable] {
        [bodies.step("First"), bodies.step("Second", .transaction), bodies.step("Third")]
    }
}

/// The same with limits: one of each customer at once, and few that are at the first action.
enum Limited {
    static let customer = "customer"
    static let customers: Int64 = 20
    static let most = 4

    static let branches = """
        {"main": [["First", {\(Brought.options), "limit": {"name": "first", "max": \(most)}}], ["Second", {\(Brought.options)}],
                  ["Third", {\(Brought.options)}]],
         "/limit": {"name": "customer", "by": "\(customer)", "max": 1}}
        """
}

/// The same with rates: so many first actions start in a second, and fewer second ones of each customer.
enum Paced {
    static let branches = """
        {"main": [["First", {\(Brought.options), "rate": {"name": "first", "count": 50, "per": "1 second", "burst": 3}}],
                  ["Second", {\(Brought.options), "rate": {"name": "second", "count": 40, "per": 1, "by": "\(Limited.customer)", "weight": 2}}],
                  ["Third", {\(Brought.options)}]]}
        """
}
