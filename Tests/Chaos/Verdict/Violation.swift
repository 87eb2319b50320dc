/// One thing that must not be, and where to look for it.
struct Violation: Codable, Sendable, Hashable {
    /// The rule that is broken.
    let rule: String
    let detail: String
    /// The operation concerned, if there is one.
    let operation: Int64?

    init(_ rule: String, _ detail: String, operation: Int64? = nil) {
        self.rule = rule
        self.detail = detail
        self.operation = operation
    }
}
