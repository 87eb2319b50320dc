#if canImport(Runtime) && os(Linux)
import CThrowHook
import Runtime

/// The addresses of a stack, to be turned into names later.
package struct CapturedStack: Sendable {
    /// Whether this platform can capture a stack.
    static let isSupported = true

    /// What is loaded, found out once.
    ///
    /// It is 200 times as expensive as the walk itself. Libraries that are opened later have no names.
    private static let images = ImageMap.capture()

    /// `nil` if the stack could not be walked.
    private let backtrace: Backtrace?

    /// Walks the calling stack.
    ///
    /// - Parameter limit: The most frames wanted in the end; more are kept, as some will be dropped.
    init(limit: Int) {
        let wanted = 2 * min(limit, 120) + 16
        backtrace = try? Backtrace.capture(
            algorithm: .fast,
            limit: min(wanted, max(1, throw_hook_readable_frames())),
            offset: 0,
            top: 0,
            images: Self.images
        )
    }

    /// Each address, and the file that it is in with the place there, as `addr2line` takes it.
    var addresses: [String] {
        guard let backtrace else { return [] }
        return backtrace.frames.map { frame in
            let address = frame.originalProgramCounter
            guard let index = Self.images.indexOfImage(at: address) else { return "\(address)" }
            let image = Self.images[index]
            guard let place = UInt64(address), let base = UInt64(image.baseAddress) else {
                return "\(address)"
            }
            return "\(address) \(image.name ?? "?")+0x\(String(place &- base, radix: 16))"
        }
    }

    /// Looks up names, files and lines.
    ///
    /// - Returns: The named frames, innermost first, inlined ones included. The first call of a process
    ///   reads the debug information and takes some milliseconds.
    func symbolicated() -> [StackFrame] {
        backtrace.map(SymbolCache.frames) ?? []
    }
}
#else
/// Stands in where no stack can be captured.
package struct CapturedStack: Sendable {
    static let isSupported = false

    init(limit: Int) {}

    var addresses: [String] { [] }

    func symbolicated() -> [StackFrame] { [] }
}
#endif
