extension Globals {
    /// The document to be shown; one that cannot be read here is a string that holds its text as it is.
    package var shown: JSONValue {
        do {
            return .object(try members())
        } catch {
            return .string(description)
        }
    }
}

extension Globals: Hashable {
    /// Whether the documents hold the same values; those that cannot be read, the same text.
    public static func == (lhs: Globals, rhs: Globals) -> Bool { lhs.shown == rhs.shown }

    /// Feeds the values to a hasher.
    public func hash(into hasher: inout Hasher) { shown.hash(into: &hasher) }
}

extension Globals: Codable {
    /// Decodes a document; a string is the text of one that cannot be read.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError` for anything but an object or a string.
    public init(from decoder: any Decoder) throws {
        switch try JSONValue(from: decoder) {
        case .object(let members): self.init(members)
        case .string(let text): self.init(text: Array(text.utf8))
        default:
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "Globals are an object."
                )
            )
        }
    }

    /// Encodes the document as an object; one that cannot be read, as a string that holds its text.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws { try shown.encode(to: encoder) }
}
