/// A rule about a column of `operations`, in the words of the API instead of its constraint's.
package struct ColumnRule: Sendable {
    package let code: BackOpsError.Code
    package let column: String
    let message: String

    /// Finds the rule that a constraint keeps; nil for one of somebody else's.
    package init?(_ constraint: String?) {
        guard let constraint, let rule = Self.all[constraint] else { return nil }
        self = rule
    }

    private init(_ code: BackOpsError.Code, _ column: String, _ message: String) {
        self.code = code
        self.column = column
        self.message = message
    }

    /// By the constraints of `Migrations/0001_domains.up.sql`.
    package static let all: [String: ColumnRule] = [
        "operations_globals_are_an_object": Self(
            .invalidGlobals,
            "globals",
            "Globals must be a JSON object."
        ),
        "operations_globals_are_at_most_1_mib": Self(
            .limitExceeded,
            "globals",
            "Globals are larger than 1 MiB. Keep large documents in a table of your own, and their key in the globals."
        ),
        "operations_globals_are_at_most_512_deep": Self(
            .limitExceeded,
            "globals",
            "Arrays and objects in globals are nested more than \(JSONValue.depthLimit) deep. Store such a document as text, or in a table of your own."
        ),
        "operations_tags_are_a_list": Self(
            .invalidArgument,
            "tags",
            "Tags are a list of texts, none of them null."
        ),
        "operations_name_is_valid": Self(
            .invalidName,
            "name",
            "The name of an operation has 1 to 200 characters, without \"/\" and control characters."
        ),
        "operations_queue_is_valid": Self(
            .invalidArgument,
            "queue",
            "The name of a queue \(QueueName.rule)."
        ),
        "operations_priority_is_0_to_9": Self(.invalidArgument, "priority", "A priority must be 0 to 9."),
        "operations_key_is_short": Self(
            .invalidArgument,
            "key",
            "A key has 1 to 500 characters, and at most 1500 bytes."
        ),
        "operations_key_mode_is_known": Self(
            .invalidArgument,
            "key_mode",
            "The mode of a key is once, unless_active, replace_waiting, cancel_and_replace, throttle or debounce with a time."
        ),
        "operations_step_limit_is_positive": Self(
            .invalidArgument,
            "step_limit",
            "The step limit must be 1 or more."
        ),
        "operations_perform_at_is_finite": Self(
            .invalidArgument,
            "perform_at",
            "The time to perform at must be finite."
        ),
    ]
}
