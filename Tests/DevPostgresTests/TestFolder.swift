import Foundation

/// Runs a test with a new folder, which every user can enter, and removes it afterwards.
func withTestFolder<Result>(
    _ name: String = "",
    _ body: (String) async throws -> Result
) async throws -> Result {
    let unique = UUID().uuidString.prefix(8).lowercased()
    let path = "/tmp/devpostgres-tests-\(unique)\(name)"
    try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755]
    )
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Whether a condition becomes true in time: within less than half of a suite's time limit, whose message would not say which one did not.
///
/// For what happens in other processes, which send no notice.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(240)
    while try await !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(10))
    }
    return true
}

func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 }
