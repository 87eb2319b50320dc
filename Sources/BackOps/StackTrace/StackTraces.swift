/// Whether the stack of an action's error is kept.
///
/// A recorded throw costs some microseconds, whether or not the action catches it; an action that
/// throws nothing pays next to nothing. Names, files and lines are looked up only when an attempt
/// fails, from the debug information of the running binary. After `strip --strip-debug` there are
/// names without lines, after a plain `strip` there is nothing to look up.
///
/// The first failure of a process reads that information, on a thread beside everything else, and keeps it: more than
/// the size of the binary with it, 200 MB for a debug build of 124 MB.
///
/// The function that threw is always there. Its callers are too, except one case: of an `async` function
/// that throws before it first suspends, the `async` callers are not known to the Swift runtime.
public enum StackTraces: Sendable, Equatable {
    /// Keeps where the error of a failed attempt was thrown.
    ///
    /// `limit` is the most frames to keep, counted without those of the engine, the Swift runtime and
    /// the system; at least 1.
    case onFailure(limit: Int = 24)

    /// Keeps no stacks and does nothing when an error is thrown.
    case off
}
