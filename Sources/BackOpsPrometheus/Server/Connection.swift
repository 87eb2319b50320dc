/// One request and its answer.
struct Connection {
    /// How long a client may take from connecting to having read the answer.
    static let limit: Duration = .seconds(5)

    let descriptor: Int32
    let deadline: ContinuousClock.Instant
    private var head = RequestHead()
    private var output: ArraySlice<UInt8> = []
    private(set) var isFinished = false

    init(_ descriptor: Int32, now: ContinuousClock.Instant = .now) {
        self.descriptor = descriptor
        deadline = now + Self.limit
    }

    /// Whether it waits for more of the request, and not to send more of the answer.
    var reads: Bool { output.isEmpty }

    /// Does what the socket is ready for.
    mutating func advance(_ endpoints: Endpoints) {
        if reads { read(endpoints) }
        if !output.isEmpty { send() }
    }

    private mutating func read(_ endpoints: Endpoints) {
        switch Sockets.receive(descriptor) {
        case .nothing: return
        case .end: isFinished = true
        case .bytes(let bytes):
            head.add(bytes)
            if let (response, withBody) = endpoints.answer(head.state) {
                output = response.bytes(withBody: withBody)[...]
            }
        }
    }

    private mutating func send() {
        guard let count = Sockets.send(output, to: descriptor) else {
            isFinished = true
            return
        }
        output = output.dropFirst(count)
        isFinished = output.isEmpty
    }
}
