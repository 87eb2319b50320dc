import BackOps

/// The version of this library.
package enum LibraryVersion {
    package static let text = Release.version

    package static func sentence(_ program: String) -> String {
        let own = program == "backops" ? "backops \(text)" : "\(program), with backops \(text)"
        return "\(own), schema version \(MigrationStep.newestVersion)"
    }
}
