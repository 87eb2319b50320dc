/// One file of `Migrations/`, embedded when the package is built.
struct MigrationFile {
    /// Its path below `Migrations`.
    let name: String
    let text: String
}
