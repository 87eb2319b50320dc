/// Where the error of a failed attempt was thrown.
///
/// Holds addresses until ``text()`` is called, and no longer the error.
package enum FailureTrace: Sendable {
    /// The stack of the throw, and that of the first throw of an equal error: where a typed `catch` threw
    /// its error on, this is where it came from.
    case recorded(thrown: CapturedStack, before: CapturedStack?, limit: Int)
    /// There is no stack.
    case missing(MissingReason)

    /// Why there is no stack.
    package enum MissingReason: String, Sendable, CaseIterable {
        case turnedOff = "the setting stackTraces is off"
        case unsupported = "thrown errors are not reported on this platform"
        case notSeen = "the error was thrown in a detached task, or handed over without being thrown"
        case noNames = "the binary has no symbols (strip --strip-debug keeps the names)"
        case nobodyElse = "only the Swift runtime and libraries were on the stack"
    }

    /// Describes the stack, one frame a line, the innermost first.
    ///
    /// Looks up names, files and lines, which blocks the thread: 13 ms the first time in a small process,
    /// then some milliseconds for a new stack and about 0.1 ms for one seen before. In a large debug
    /// build (124 MB) it takes 1.2 s and 200 MB the first time, and 0.1 s for a new stack; another thread
    /// begins from scratch.
    ///
    /// - Returns: Lines such as `SendEmailReceipt.send() at Sources/Shop/SendEmailReceipt.swift:18`. If an
    ///   equal error was thrown elsewhere before, there are two lists, each under a heading. Without a
    ///   stack it is one line that says why.
    package func text() -> String {
        switch self {
        case .missing(let reason):
            return Self.text(of: reason)
        case .recorded(let thrown, let before, let limit):
            let frames = thrown.symbolicated()
            let last = Self.lines(of: frames, limit: limit)
            guard !last.isEmpty else { return Self.text(of: frames.isEmpty ? .noNames : .nobodyElse) }
            let first = before.map { Self.lines(of: $0.symbolicated(), limit: limit) } ?? []
            if first.isEmpty || first == last { return last.joined(separator: "\n") }
            let lines = ["thrown at:"] + last + ["an equal error was thrown before at:"] + first
            return lines.joined(separator: "\n")
        }
    }

    /// Describes the stack as ``text()``, on a thread of its own.
    ///
    /// When many actions fail at once, looking up names must not keep the threads that run the others.
    package func textLookedUpElsewhere() async -> String {
        await withCheckedContinuation { continuation in
            SymbolThread.shared.run { continuation.resume(returning: self.text()) }
        }
    }

    /// Describes the stack without looking anything up: each address, and where it is in its file.
    package func addresses() -> String {
        switch self {
        case .missing(let reason): Self.text(of: reason)
        case .recorded(let thrown, _, let limit):
            (["addresses only, because their names were not there in time:"] + thrown.addresses.prefix(limit))
                .joined(separator: "\n")
        }
    }

    /// Picks the frames that a reader wants to see, at most `limit`.
    ///
    /// An error that passed through nobody's code but the engine's shows the engine's frames: they are
    /// all there is.
    package static func lines(of frames: [StackFrame], limit: Int) -> [String] {
        // Above the throw there is only what recorded it.
        let hook = frames.firstIndex { $0.mangledName.contains("swift_willThrow") }
        let owned = frames.suffix(from: hook ?? 0).map { (frame: $0, owner: $0.owner) }
        let application = owned.filter { $0.owner == .application }
        let shown = application.isEmpty ? owned.filter { $0.owner == .engine } : application
        return shown.prefix(limit).map(\.frame.text)
    }

    private static func text(of reason: MissingReason) -> String {
        "no stack trace: \(reason.rawValue)"
    }
}
