internal import CLibPQ

/// Starts threads that nobody joins.
package enum DetachedThread {
    fileprivate final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs a closure on a new thread, named as `top -H` shows it (15 bytes).
    ///
    /// - Returns: False if the system has no thread left; the closure does not run then.
    package static func start(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        guard unsafe clibpq_start_thread(enter, body.toOpaque()) == 0 else {
            unsafe body.release()
            return false
        }
        return true
    }
}

/// The entry point of a new thread: outside the type, as a C function pointer has to be.
@unsafe private func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let body = unsafe Unmanaged<DetachedThread.Body>.fromOpaque(argument).takeRetainedValue()
    unsafe clibpq_name_this_thread(body.name)
    body.run()
    return nil
}
