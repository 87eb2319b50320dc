import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import Testing

/// Shows what every migration changes, in review.
@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `The dump of the schema` {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "schema.sql"
    )
    private static let renews = ProcessInfo.processInfo.environment["BACKOPS_RENEW_GOLDEN"] == "1"

    /// Other versions dump the same schema in other words.
    @Test(
        .enabled(
            if: PostgresTool.isThere && PostgresTool.majorVersion == 15,
            "the golden dump is one of pg_dump 15, of a private server"
        )
    )
    func `is the one in schema.sql; BACKOPS_RENEW_GOLDEN=1 renews it`() async throws {
        let dump = try await PostgresTool.dump(["--schema-only"])
        if Self.renews { try dump.write(to: Self.golden, atomically: true, encoding: .utf8) }
        let golden = try String(contentsOf: Self.golden, encoding: .utf8)
        let (expected, actual) = (golden.split(separator: "\n"), dump.split(separator: "\n"))
        let difference = actual.difference(from: expected).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
        #expect(difference.isEmpty, "Look at the difference, then run the tests with BACKOPS_RENEW_GOLDEN=1.")
    }
}
