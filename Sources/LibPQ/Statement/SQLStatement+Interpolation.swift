extension SQLStatement: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// Makes a statement without values.
    public init(stringLiteral text: String) {
        self.init(unescaped: text)
    }

    /// Makes a statement whose interpolated values are bound.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.statement
    }

    /// Collects the pieces of a literal; the compiler calls it.
    public struct StringInterpolation: StringInterpolationProtocol {
        var statement = SQLStatement(unescaped: "")

        /// Makes room for a literal.
        public init(literalCapacity: Int, interpolationCount: Int) {
            statement.shape.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            statement.slots.reserveCapacity(interpolationCount)
            statement.shape.typeOIDs.reserveCapacity(interpolationCount)
        }

        /// Appends SQL from the literal itself.
        public mutating func appendLiteral(_ literal: String) {
            statement.shape.text += literal
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some PQEncodable) {
            statement.bind(value)
        }

        /// Binds a value, or NULL if there is none.
        ///
        /// Apart from the other, since the compiler warns of optionals where it sees none mentioned.
        public mutating func appendInterpolation<Value: PQEncodable>(_ value: Value?) {
            statement.bind(value)
        }

        /// Inserts SQL as it is.
        ///
        /// Only for text that this program wrote.
        public mutating func appendInterpolation(unescaped text: String) {
            statement.shape.text += text
        }

        /// Inserts a name in double quotes, doubling those inside it.
        ///
        /// An empty name or one with a zero byte makes the statement fail with ``PQError/Code/misuse``.
        public mutating func appendInterpolation(identifier name: String) {
            do throws(PQError) {
                statement.shape.text += try SQLIdentifier.quote(name)
            } catch {
                statement.defect = error.message
            }
        }
    }
}
