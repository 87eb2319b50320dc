/// Lines at the end of a terminal that are rewritten in place.
struct LiveArea {
    private let stream: StandardStream
    private var height = 0

    init(_ stream: StandardStream) { self.stream = stream }

    /// Replaces the lines that it wrote last; each must be shorter than the terminal is wide.
    mutating func show(_ lines: [String]) {
        stream.write(Self.replacement(of: height, lines))
        height = lines.count
    }

    /// Replaces the lines that it wrote last, and leaves others above them for good.
    mutating func show(_ lines: [String], below settled: [String]) {
        stream.write(Self.replacement(of: height, settled + lines))
        height = lines.count
    }

    /// What moves the cursor up over the old lines, and clears them.
    static func replacement(of height: Int, _ lines: [String]) -> String {
        let up = height > 0 ? "\u{1b}[\(height)A\r" : ""
        return up + lines.map { "\u{1b}[K\($0)\n" }.joined() + "\u{1b}[J"
    }
}
