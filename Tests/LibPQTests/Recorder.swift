import Synchronization

/// Remembers what several tasks report, in order.
final class Recorder<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var recorded: [Element] { elements.withLock { $0 } }

    func record(_ element: Element) {
        elements.withLock { $0.append(element) }
    }
}
