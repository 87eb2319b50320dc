// Transactions and SQL statements of LibPQ are part of this module's interface: `import BackOps` is enough to write
// `try await transaction.execute("update accounts set … where id = \(id)")` in an action.
@_exported public import LibPQ
