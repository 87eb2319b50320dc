import LibPQ

extension DiagnosisCheck {
    /// Fair queues that are not, because nobody has what they take turns by, or weights are of nobody.
    static func fairQueues(_ examination: Examination) async throws -> [Observation] {
        try await keylessQueues(examination) + misnamedWeights(examination)
    }

    private static func keylessQueues(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.keylessQueues()).map { row in
            let (queue, global, lacking, waiting) = try row.decode(
                as: String.self,
                String.self,
                Int.self,
                Int.self
            )
            return Observation.warning(
                "\(lacking) of the \(waiting.of("action")) that wait for their turn in the queue \"\(queue)\" "
                    + "lack the global \"\(global)\", by which it takes turns: all of them have one turn",
                advice:
                    "Enqueue with that global, or name another one: set_queue_fairness(\(literal(queue)), GLOBAL)."
            )
        }
    }

    private static func misnamedWeights(_ examination: Examination) async throws -> [Observation] {
        try await examination.query(examination.engine.misnamedWeights()).map { row in
            let (queue, global, name, weight, waiting) = try row.decode(
                as: String.self,
                String.self,
                String.self,
                String.self,
                String?.self
            )
            guard let waiting else {
                return Observation.warning(
                    "the queue \"\(queue)\" has a weight for \"\(name)\", and its keys are hashes: \"\(global)\" is secret, or long",
                    advice: "fair_queue_lines shows them: name those in the weights."
                )
            }
            let member = "{\(JSONValue.string(waiting)): \(weight)}"
            return Observation.warning(
                "the queue \"\(queue)\" has a weight for \"\(name)\", and what waits in it is of \"\(waiting)\"",
                advice:
                    "Correct the weights: set_queue_fairness(\(literal(queue)), \(literal(global)), \(literal(member)))."
            )
        }
    }
}
