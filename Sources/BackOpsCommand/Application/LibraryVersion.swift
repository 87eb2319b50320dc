import BackOps

/// The version of this library.
package enum LibraryVersion {
    package static let text = "0.1.0"

    package static func sentence(_ program: String) -> String {
        let own = program == "backops" ? "backops \(text)" : "\(program), with backops \(text)"
        return "\(own), schema version \(Migration.newestVersion)"
    }
}
