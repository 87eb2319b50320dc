internal import CLibPQ

extension PQSession {
    /// Queues a request to prepare a statement.
    func sendPrepare(_ name: String, _ statement: SQLStatement) throws(PQError) {
        guard !statement.text.utf8.contains(0) else { throw Self.zeroByte }
        let types = statement.shape.typeOIDs
        let sent = unsafe types.withUnsafeBufferPointer { types in
            unsafe PQsendPrepare(connection, name, statement.text, Int32(types.count), types.baseAddress)
        }
        guard sent == 1 else { throw unsent() }
    }

    /// Queues a request to run a prepared statement, with binary values and results.
    func sendPrepared(_ name: String, _ statement: SQLStatement) throws(PQError) {
        let sent = unsafe withParameters(of: statement) { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw unsent() }
    }

    /// Queues a request to run a statement without keeping it, with binary values and results.
    func sendUnprepared(_ statement: SQLStatement) throws(PQError) {
        let sent = unsafe withParameters(of: statement) { count, values, lengths, formats in
            unsafe statement.shape.typeOIDs.withUnsafeBufferPointer { types in
                unsafe PQsendQueryParams(
                    connection,
                    statement.text,
                    count,
                    types.baseAddress,
                    values,
                    lengths,
                    formats,
                    1
                )
            }
        }
        guard sent == 1 else { throw unsent() }
    }

    /// Lends the values in the form that libpq takes; nothing is copied.
    @unsafe private func withParameters(
        of statement: SQLStatement,
        _ body: (
            Int32,
            UnsafePointer<UnsafePointer<CChar>?>?,
            UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        let slots = statement.slots
        guard !slots.isEmpty else { return body(0, nil, nil, nil) }
        return unsafe statement.bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: slots.count) {
                values in
                unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * slots.count) { numbers in
                    // An empty value needs an address too, since none at all means NULL.
                    let base = unsafe bytes.baseAddress ?? UnsafeRawPointer(numbers.baseAddress)
                    for (index, slot) in slots.enumerated() {
                        var value: UnsafePointer<CChar>?
                        if !slot.isNull {
                            unsafe value = unsafe base?.advanced(by: slot.offset).assumingMemoryBound(
                                to: CChar.self
                            )
                        }
                        unsafe values.initializeElement(at: index, to: value)
                        unsafe numbers.initializeElement(at: index, to: Int32(clamping: slot.length))
                        unsafe numbers.initializeElement(at: slots.count + index, to: 1)
                    }
                    let lengths = unsafe UnsafePointer(numbers.baseAddress)
                    let formats = unsafe lengths?.advanced(by: slots.count)
                    return unsafe body(Int32(clamping: slots.count), values.baseAddress, lengths, formats)
                }
            }
        }
    }
}
