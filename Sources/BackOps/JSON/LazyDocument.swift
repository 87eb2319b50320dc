import Synchronization

/// Keeps a document's text and reads it once, when somebody asks.
///
/// Most actions touch few globals, and many touch none: these cost no parsing.
final class LazyDocument: Sendable {
    let text: [UInt8]
    private let parsed = Mutex<Result<[JSONValue.Key: JSONValue], BackOpsError>?>(nil)

    init(_ text: [UInt8]) { self.text = text }

    func members() throws(BackOpsError) -> [JSONValue.Key: JSONValue] {
        let result = parsed.withLock { parsed in
            if let parsed { return parsed }
            let result = Self.read(text)
            parsed = result
            return result
        }
        return try result.get()
    }

    private static func read(_ text: [UInt8]) -> Result<[JSONValue.Key: JSONValue], BackOpsError> {
        do {
            guard case .object(let members) = try JSONValue(parsing: text) else {
                return .failure(.invalidGlobals(nil, "The globals are not a JSON object."))
            }
            return .success(members)
        } catch {
            return .failure(error)
        }
    }
}
