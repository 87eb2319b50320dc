/// A lock on a file that ends with the process that holds it, even by `kill -9`.
///
/// It belongs to this object, not to the process: two objects in one process exclude each other too.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Opens the file, creating it if need be; nil when that is not possible.
    ///
    /// Nothing is locked yet.
    init?(_ path: String) {
        guard let descriptor = SystemCall.openLockFile(path) else { return nil }
        self.descriptor = descriptor
    }

    deinit { SystemCall.closeDescriptor(descriptor) }

    /// Takes the lock unless another holds it.
    ///
    /// Taking it twice is the same as once.
    func tryLock() -> Bool { SystemCall.tryLock(descriptor) }

    func unlock() { SystemCall.unlock(descriptor) }
}
