import LibPQ

/// Writes the calls of the engine's SQL functions, which stand in `Migrations/Engine`.
///
/// Every name is qualified with the schema, and the functions pin their own search_path, so that nothing depends on
/// the state of a session.
package struct EngineCalls: Sendable {
    package let schema: SchemaName

    package init(_ schema: SchemaName) {
        self.schema = schema
    }

    /// The schema as it stands before a dot.
    var name: String { schema.quoted }
}
