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
        return troubled.isEmpty ? [.fine("schedules enqueue what is due")] : troubled
    }
}
