/// Reads the number of an operation: `48213` or `#48213`.
enum OperationID {
    static func parse(_ text: String) throws(ArgumentError) -> Int64 {
        guard let id = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), id > 0 else {
            throw ArgumentError("\"\(text)\" is no number of an operation, such as 48213.")
        }
        return id
    }
}
