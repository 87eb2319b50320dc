import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A request that may share a statement with those of other callers.
///
/// One that the database would refuse is better alone, because it would refuse its neighbours as well. What is told apart here is only
/// what is cheap to see; the database has the last word, and then each of them goes alone.
package struct SharedRequest: Sendable {
    /// In bytes of globals and plan; beside more than that, a commit costs little.
    package static let maxBytes = 128 << 10

    package let request: OperationRequest
    let document: PQJSON
    let plan: String?

    /// How much memory it takes while it waits.
    package var bytes: Int { document.bytes.count + (plan?.utf8.count ?? 0) }

    /// Takes a request's values as they are sent; nil where it has to go alone.
    package init?(_ request: OperationRequest) throws(BackOpsError) {
        guard Self.isNameValid(request.name), QueueName.isValid(request.queue),
            (0...9).contains(request.priority),
            request.key.map({ (1...500).contains($0.utf8.count) && !$0.utf8.contains(0) }) ?? true,
            request.when.time?.timeIntervalSince1970.isFinite ?? true,
            !request.tags.contains(where: { $0.utf8.contains(0) })
        else { return nil }
        self.request = request
        document = PQJSON(bytes: try request.globals.checkedJSON())
        plan = request.plan?.jsonText
        guard bytes <= Self.maxBytes else { return nil }
    }

    private static func isNameValid(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0 >= UInt8(ascii: " ") && $0 != UInt8(ascii: "/") && $0 != 0x7f }
    }
}
