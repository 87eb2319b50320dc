/// A place in a plan, `branch/Action`; without the action it is the branch's first.
struct ActionPath: Hashable, Sendable {
    let branch: String
    let action: String?

    /// Reads a path; the first "/" divides it.
    ///
    /// - Throws: ``ArgumentError`` that shows what would do.
    init(_ text: String) throws(ArgumentError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard let branch = parts.first, !parts.contains("") else {
            throw ArgumentError(
                "\"\(text)\" is no place in an operation: write main or main/SendEmailReceipt."
            )
        }
        self.branch = branch
        action = parts.count > 1 ? parts[1] : nil
    }
}
