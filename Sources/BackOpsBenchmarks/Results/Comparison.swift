import BackOps
import BackOpsCommand

/// Earlier results, read from a file that `--json` wrote.
struct Comparison: Sendable {
    let results: [BenchResult]
    let settings: [String: String]

    /// Reads the lines; those that are no results, such as targets, are left out.
    ///
    /// - Throws: ``Problem`` when none of them is a result.
    init(parsing text: String, file: String) throws(Problem) {
        let lines = text.split(whereSeparator: \.isNewline)
        var documents: [JSONValue] = []
        for line in lines {
            guard let document = try? JSONValue(parsing: String(line)) else {
                throw Problem(
                    .usage,
                    "\(file) holds a line that is not JSON",
                    advice: "Write it with --json."
                )
            }
            documents.append(document)
        }
        results = documents.compactMap { BenchResult($0) }
        guard !results.isEmpty else {
            throw Problem(.usage, "\(file) holds no results", advice: "Write it with --json.")
        }
        settings =
            documents.compactMap { $0["settings"]?.objectValue }.first.map { settings in
                Dictionary(settings.compactMap { key, value in value.stringValue.map { (key.text, $0) } }) {
                    $1
                }
            } ?? [:]
    }

    /// How many times the earlier value a result's value is; nil when it was not measured then.
    func ratio(of result: BenchResult) -> Double? {
        guard let earlier = earlier(result), earlier.figure.value > 0 else { return nil }
        return result.figure.value / earlier.figure.value
    }

    func earlier(_ result: BenchResult) -> BenchResult? {
        results.first { $0.figure.title == result.figure.title && $0.figure.unit == result.figure.unit }
    }

    /// What differs in the settings, as "fsync off → on".
    func differences(to now: [String: String]) -> [String] {
        Set(settings.keys).union(now.keys).sorted().compactMap { key in
            let (before, after) = (settings[key] ?? "—", now[key] ?? "—")
            return before == after ? nil : "\(key) \(before) → \(after)"
        }
    }
}
