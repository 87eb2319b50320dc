#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The system calls this module needs, with Swift's types.
///
/// The only file that knows the C library.
///
/// All of them return at once; none waits for another process.
enum SystemCall {
    enum Signal {
        case fastShutdown, immediateShutdown, kill

        fileprivate var number: Int32 {
            switch self {
            case .fastShutdown: SIGINT
            case .immediateShutdown: SIGQUIT
            case .kill: SIGKILL
            }
        }
    }

    struct FileStatus {
        let isDirectory: Bool
        let owner: UInt32
        let group: UInt32
        let mode: UInt32
    }

    static var processID: Int32 { getpid() }
    static var userID: UInt32 { geteuid() }
    static var groupID: UInt32 { getegid() }

    /// The reason for the last failed call on this thread, in words.
    static var lastError: String { String(cString: strerror(errno)) }

    /// Whether a process of that id exists, whoever owns it.
    static func isAlive(_ process: Int32) -> Bool {
        process > 0 && (kill(process, 0) == 0 || errno == EPERM)
    }

    @discardableResult
    static func send(_ signal: Signal, to process: Int32) -> Bool {
        process > 1 && kill(process, signal.number) == 0
    }

    /// Where a process works, or nil when the system does not tell (not Linux, or another user's process).
    static func workingDirectory(of process: Int32) -> String? {
        linkTarget(of: "/proc/\(process)/cwd")
    }

    /// Follows no link in the last component.
    static func status(of path: String) -> FileStatus? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return FileStatus(
            isDirectory: status.st_mode & S_IFMT == S_IFDIR,
            owner: status.st_uid,
            group: status.st_gid,
            mode: UInt32(status.st_mode)
        )
    }

    /// The path without links, or nil when there is no such file.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Creates one directory for its owner only; false when it exists or cannot be created.
    static func makePrivateDirectory(_ path: String) -> Bool { mkdir(path, 0o700) == 0 }

    static func removeEmptyDirectory(_ path: String) { _ = rmdir(path) }

    /// Replaces files, but never a directory that is not empty: the loser of a race is told.
    static func move(_ path: String, to target: String) -> Bool { rename(path, target) == 0 }

    static func changeOwner(of path: String, user: UInt32, group: UInt32) -> Bool {
        lchown(path, user, group) == 0
    }

    private static func linkTarget(of path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = readlink(path, base, buffer.count)
            guard length > 0 else { return nil }
            return String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

// MARK: - Descriptors

extension SystemCall {
    /// Opens, and creates if need be, a file to lock.
    ///
    /// The descriptor is not inherited by child processes.
    static func openLockFile(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return descriptor < 0 ? nil : descriptor
    }

    /// Takes the whole-file lock if nobody else has it.
    ///
    /// It ends with the process, however that ends.
    static func tryLock(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    static func unlock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_UN) }

    static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

    /// Two connected descriptors that child processes do not inherit.
    ///
    /// A pair of sockets rather than a pipe: only sockets can be made close-on-exec in the same call
    /// everywhere in Swift's view of Glibc. A copy that slipped into a sibling process would hide our death.
    static func connectedPair() -> (Int32, Int32)? {
        var pair: [Int32] = [-1, -1]
        #if canImport(Darwin)
        guard socketpair(AF_UNIX, SOCK_STREAM, 0, &pair) == 0 else { return nil }
        for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        #else
        let kind = Int32(socketKind) | Int32(closeOnExecFlag)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { return nil }
        #endif
        return (pair[0], pair[1])
    }

    /// Whether something accepts connections on a Unix socket.
    static func canConnect(toSocket path: String) -> Bool {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        #if canImport(Darwin)
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_UNIX, Int32(socketKind) | Int32(closeOnExecFlag), 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { closeDescriptor(descriptor) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    #if canImport(Glibc)
    private static var socketKind: UInt32 { SOCK_STREAM.rawValue }
    private static var closeOnExecFlag: UInt32 { SOCK_CLOEXEC.rawValue }
    #elseif canImport(Musl)
    private static var socketKind: Int32 { SOCK_STREAM }
    private static var closeOnExecFlag: Int32 { SOCK_CLOEXEC }
    #endif

    /// The most bytes the path of a Unix socket may have, without the final zero.
    static var socketPathLimit: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }
}

// MARK: - Accounts

extension SystemCall {
    struct Account {
        let name: String
        let userID: UInt32
        let groupID: UInt32
    }

    static func account(named name: String) -> Account? {
        account { getpwnam_r(name, $0, $1, $2, $3) }
    }

    static func account(of user: UInt32) -> Account? {
        account { getpwuid_r(user, $0, $1, $2, $3) }
    }

    private static func account(
        _ lookUp: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> Account? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard let base = buffer.baseAddress, lookUp(&entry, base, buffer.count, &result) == 0,
                result != nil
            else { return nil }
            return Account(
                name: String(cString: entry.pw_name),
                userID: entry.pw_uid,
                groupID: entry.pw_gid
            )
        }
    }
}

// MARK: - A program's first line

extension SystemCall {
    /// Runs a program that answers at once, such as `postgres --version`, and returns its first line.
    ///
    /// Blocks for the milliseconds that takes. For the callers that cannot await; all others use Subprocess.
    static func firstLine(of program: String, _ argument: String) -> String? {
        let parts = program.split(separator: "'", omittingEmptySubsequences: false)
        let quoted = "'" + parts.joined(separator: #"'\''"#) + "'"
        guard let stream = popen("\(quoted) \(argument) 2>/dev/null", "r") else { return nil }
        defer { pclose(stream) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress, fgets(base, Int32(buffer.count), stream) != nil else {
                return nil
            }
            return String(cString: base).split(separator: "\n").first.map(String.init)
        }
    }
}
