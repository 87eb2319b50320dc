/// A lock on a file that ends with the last process that holds it, even by `kill -9`.
///
/// It belongs to this object, not to the process: two objects in one process exclude each other too.
/// Child processes share it only if they are given the descriptor.
final class FileLock: Sendable {
    /// Valid as long as this object lives.
    let descriptor: Int32

    /// Opens the file, creating it if need be.
    ///
    /// Nothing is locked yet.
    ///
    /// - Throws: `directoryUnusable` when that is not possible.
    init(_ path: String) throws(DevPostgresError) {
        guard let descriptor = SystemCall.openLockFile(path) else {
            throw DevPostgresError(
                .directoryUnusable,
                "\(path) cannot be opened: \(SystemCall.lastError)."
            )
        }
        self.descriptor = descriptor
    }

    deinit { SystemCall.closeDescriptor(descriptor) }

    /// Takes the lock unless another holds it.
    ///
    /// Taking it twice is the same as once.
    func tryLock() -> Bool { SystemCall.tryLock(descriptor) }

    func unlock() { SystemCall.unlock(descriptor) }
}
