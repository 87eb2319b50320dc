/// Says which names queues may have, as the domain `queue_name` does.
package enum QueueName {
    /// What a name must be like, as the rest of a sentence.
    static let rule = "is made of a-z, 0-9, dot, dash and underscore, at most 100 of them"

    static func isValid(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    /// Checks a name.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``.
    package static func check(_ name: String) throws(BackOpsError) {
        guard isValid(name) else {
            throw .invalidConfiguration("queue", "cannot be \"\(name)\": the name \(rule).")
        }
    }
}
