import CThrowHook

/// The handler that the Swift runtime calls on every throw.
///
/// Installed once, when the first action is recorded, and never removed: another library may have
/// chained itself to it since.
enum ThrowHook {
    /// Whether throws are seen; the first use installs the handler.
    static let isInstalled = CapturedStack.isSupported && throw_hook_install(recordThrow)
}

/// Hands a thrown error to the recorder of the current task, if there is one.
///
/// A function of its own rather than a closure, which could inherit an actor's isolation and trap.
private nonisolated func recordThrow(_ error: UnsafeMutableRawPointer) {
    guard let recorder = ThrowRecorder.current else { return }
    // Off Darwin `any Error` is one pointer, to the box; the bit cast retains it.
    recorder.record(unsafeBitCast(error, to: (any Error).self))
}
