#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension `A mutant of the worker` {
    /// The text of a file of the worker.
    static func source(_ file: String, _ here: String = #filePath) throws -> String {
        let package = URL(filePath: here).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(
            contentsOf: package.appending(path: "Sources/BackOps/Worker/" + file),
            encoding: .utf8
        )
    }
}
