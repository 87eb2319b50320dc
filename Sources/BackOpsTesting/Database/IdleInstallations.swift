import Synchronization

/// The installations that no test has at the moment; no more than tests that ran at once.
final class IdleInstallations: Sendable {
    private let installations = Mutex<[TestServer.Installation]>([])

    func take() -> TestServer.Installation? { installations.withLock { $0.popLast() } }

    func add(_ installation: TestServer.Installation) {
        installations.withLock { $0.append(installation) }
    }
}
