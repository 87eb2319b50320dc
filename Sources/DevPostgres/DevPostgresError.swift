/// A private PostgreSQL that could not be found, made, started or used.
public struct DevPostgresError: Error, Sendable, Hashable {
    /// What went wrong, as something a program can compare.
    public let code: Code

    /// One or two sentences for a person, with what to do about it where that is known.
    public let message: String

    /// The last lines of the server's log, or of the failed program's output; nil when there are none.
    public let log: String?

    init(_ code: Code, _ message: String, log: String? = nil) {
        self.code = code
        self.message = message
        self.log = log
    }
}

extension DevPostgresError {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Storage: String {
            case programsMissing, tooOld, directoryUnusable, initFailed, startFailed, stopFailed
            case notRunning, notOwner, commandFailed
        }

        private let storage: Storage

        /// No PostgreSQL server programs were found; the message says what to install.
        public static var programsMissing: Self { Self(storage: .programsMissing) }
        /// Server programs were found, but of too old a version.
        public static var tooOld: Self { Self(storage: .tooOld) }
        /// The directory belongs to something else, or the server's user cannot reach it.
        public static var directoryUnusable: Self { Self(storage: .directoryUnusable) }
        /// `initdb` failed; ``DevPostgresError/log`` has its output.
        public static var initFailed: Self { Self(storage: .initFailed) }
        /// The server did not start, or not in time; ``DevPostgresError/log`` has the end of its log.
        public static var startFailed: Self { Self(storage: .startFailed) }
        /// The server outlived every signal to stop.
        public static var stopFailed: Self { Self(storage: .stopFailed) }
        /// The server is not running.
        public static var notRunning: Self { Self(storage: .notRunning) }
        /// The server belongs to another process, which alone may stop or restart it.
        public static var notOwner: Self { Self(storage: .notOwner) }
        /// A client program such as `createdb` failed; ``DevPostgresError/log`` has its output.
        public static var commandFailed: Self { Self(storage: .commandFailed) }

        /// The name of the code.
        public var description: String { storage.rawValue }
    }
}

extension DevPostgresError: CustomStringConvertible {
    /// The message, and below it the log, indented.
    public var description: String {
        guard let log, !log.isEmpty else { return message }
        return message + "\n" + log.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
}
