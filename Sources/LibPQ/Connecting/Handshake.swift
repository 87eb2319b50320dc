internal import CLibPQ

/// Makes one connection to one host within a deadline, blocking the calling thread.
enum Handshake {
    /// Connects, or throws after having closed what was opened.
    @unsafe static func open(
        _ target: [String: String],
        until deadline: Deadline,
        interrupt: PQWakeUp?
    ) throws(PQError) -> OpaquePointer {
        guard let connection = unsafe start(target) else {
            throw PQError(.connectionFailed, "There is no memory for a connection.")
        }
        do throws(PQError) {
            // Verbose messages carry the SQLSTATE, which libpq offers in no other way before a connection is up.
            unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
            try unsafe drive(connection, until: deadline, interrupt: interrupt)
            unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            return unsafe connection
        } catch {
            unsafe PQfinish(connection)
            throw error
        }
    }

    private static func start(_ target: [String: String]) -> OpaquePointer? {
        let pairs = target.sorted { $0.key < $1.key }
        return unsafe withCStrings(pairs.map(\.key)) { keywords in
            unsafe withCStrings(pairs.map(\.value)) { values in
                unsafe PQconnectStartParams(keywords, values, 0)
            }
        }
    }

    @unsafe private static func drive(
        _ connection: OpaquePointer,
        until deadline: Deadline,
        interrupt: PQWakeUp?
    ) throws(PQError) {
        guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw unsafe failure(of: connection) }
        var phase = PGRES_POLLING_WRITING
        while phase != PGRES_POLLING_OK {
            guard phase != PGRES_POLLING_FAILED else { throw unsafe failure(of: connection) }
            let interest: SocketPoll.Interest = phase == PGRES_POLLING_READING ? .read : .write
            switch SocketPoll.wait(
                unsafe PQsocket(connection),
                interest,
                interrupt: interrupt,
                until: deadline
            ) {
            case .ready: phase = unsafe PQconnectPoll(connection)
            case .interrupted: throw PQError(.cancelled, "The attempt to connect was cancelled.")
            case .timedOut:
                throw PQError(.connectionFailed, unsafe "No connection \(place(of: connection)) in time.")
            }
        }
    }

    @unsafe private static func place(of connection: OpaquePointer) -> String {
        guard let host = unsafe PQhost(connection), let port = unsafe PQport(connection) else { return "" }
        return unsafe "to \(String(cString: host)), port \(String(cString: port)),"
    }

    @unsafe private static func failure(of connection: OpaquePointer) -> PQError {
        let (message, state) = unsafe ConnectMessage.parse(errorMessage(connection))
        return PQError(.connectionFailed, message, sqlState: state)
    }

    /// Returns libpq's last message on a connection.
    @unsafe static func errorMessage(_ connection: OpaquePointer) -> String {
        guard let text = unsafe PQerrorMessage(connection) else { return "" }
        return unsafe String(cString: text).trimmed
    }

    /// Lends a NULL-terminated array of C strings.
    @unsafe private static func withCStrings<R>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
    ) -> R {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for string in strings {
            offsets.append(bytes.count)
            bytes.append(contentsOf: string.utf8CString)
        }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            var pointers = unsafe offsets.map { unsafe buffer.baseAddress?.advanced(by: $0) }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
