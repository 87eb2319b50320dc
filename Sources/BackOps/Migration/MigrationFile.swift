/// One file of `Migrations/`, embedded when the package is built.
struct MigrationFile {
    let name: String
    let text: String
}
