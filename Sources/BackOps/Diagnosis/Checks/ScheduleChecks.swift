import LibPQ

extension DiagnosisCheck {
    /// What is to be enqueued, and is not.
    static let schedules = [DiagnosisCheck("schedules", needsSchema: true, schedules)]

    private static func schedules(_ examination: Examination) async throws -> [Observation] {
        let troubled = try await examination.query(examination.engine.troubledSchedules()).map { row in
            let (name, operation, status, late, detail) = try row.decode(
                as: String.self,
                String.self,
                String.self,
                Double.self,
                String.self
            )
            return switch status {
            case "overdue":
                Observation.failure(
                    "the schedule \"\(name)\" is due for \(Duration.seconds(late).inWords), and no worker looks",
                    advice: "Start a worker; with runsSchedules off it leaves schedules alone."
                )
            case "failing":
                Observation.failure(
                    "the schedule \"\(name)\" could not enqueue its operation \"\(operation)\": \(detail)",
                    advice: "Correct it with schedule(); it goes on at its next slot."
                )
            case "undeclared":
                Observation.warning(
                    "the schedule \"\(name)\" is paused: \(detail)",
                    advice:
                        "Remove it with unschedule('\(name)'), or keep it with resume_schedule('\(name)')."
                )
            case "paused":
                Observation.warning(
                    "the schedule \"\(name)\" is paused: \(detail)",
                    advice: "Mend what failed, then resume_schedule('\(name)')."
                )
            default:
                Observation.warning(
                    "the schedule \"\(name)\" enqueues \"\(operation)\", which no worker has registered",
                    advice: "Its operations are parked until one does; is the name right?"
                )
            }
        }
        let doubtful = try await doubtful(examination)
        return troubled.isEmpty && doubtful.isEmpty
            ? [.fine("schedules enqueue what is due")] : troubled + doubtful
    }

    /// What is not as the code of applications declares it.
    private static func doubtful(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.doubtfulSchedules()).map { row in
            let (application, name, doubt, detail) = try row.decode(
                as: String.self,
                String?.self,
                String.self,
                String.self
            )
            let schedule = "the schedule \"\(name ?? "")\""
            return switch doubt {
            case "refused":
                Observation.warning(
                    "the code of \"\(application)\" declares \(schedule), which is not in force: \(detail)",
                    advice:
                        "Give it another name, or remove the one that is there with unschedule('\(name ?? "")')."
                )
            case "abandoned":
                Observation.warning(
                    "\(schedule) goes on, but no live worker of \"\(application)\" declares it",
                    advice:
                        "Start a worker of it; if there are to be none any more, unschedule('\(name ?? "")')."
                )
            default:
                Observation.warning(
                    "workers of \"\(application)\" declare different schedules: \(detail)",
                    advice:
                        "The newest set counts; finish the deploy, or give each application its own name."
                )
            }
        }
    }
}
