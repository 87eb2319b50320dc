#if canImport(Runtime) && os(Linux)
import Runtime
import Synchronization

/// Remembers what the stacks looked up lately turned out to be.
///
/// Looking up a line reads the line table of its file each time: 4 ms a frame in a large debug
/// build. What fails tends to fail again at the same place, so most look-ups can be spared.
enum SymbolCache {
    /// The most stacks remembered; a few kilobytes each.
    private static let capacity = 128

    private static let known = Mutex<[[Backtrace.Address]: [StackFrame]]>([:])

    /// Looks up names, files and lines of `backtrace`.
    ///
    /// The lock is held meanwhile: of many actions that fail in one place at once, one does the work.
    ///
    /// - Returns: The frames that have a name, innermost first, inlined ones included, without thunks.
    static func frames(of backtrace: Backtrace) -> [StackFrame] {
        let addresses = backtrace.frames.map(\.originalProgramCounter)
        return known.withLock { known in
            if let frames = known[addresses] { return frames }
            let frames = lookUp(backtrace)
            if known.count >= capacity { known.removeAll(keepingCapacity: true) }
            known[addresses] = frames
            return frames
        }
    }

    private static func lookUp(_ backtrace: Backtrace) -> [StackFrame] {
        guard let frames = backtrace.symbolicated()?.frames else { return [] }
        return frames.compactMap { frame in
            guard let symbol = frame.symbol, !frame.isSwiftThunk else { return nil }
            // What the Runtime module calls an address without a symbol, as all are after a plain strip.
            guard symbol.rawName != "<unknown>" else { return nil }
            return StackFrame(
                mangledName: symbol.rawName,
                // That the optimizer made a copy of the function is of no interest.
                name: symbol.name.split(separator: "specialized ").joined(),
                image: symbol.imageName,
                path: symbol.sourceLocation?.path,
                line: symbol.sourceLocation?.line ?? 0
            )
        }
    }
}
#endif
