import BackOps
import BackOpsCommand

/// What `bench` shows in the end.
struct BenchReport: Sendable {
    let results: [BenchResult]
    let settings: [String: String]

    /// Writes tables, or with `--json` one object per line: the results, then the targets.
    func write(_ output: OutputOptions, comparedWith earlier: Comparison?) {
        let text = output.json ? lines(earlier) : tables(output.style, earlier)
        StandardStream.output.write(text)
    }

    /// One run's figure, as it is shown while the others run.
    static func line(_ figure: Figure) -> String {
        "\(figure.title): \(Decimals.text(figure.value)) \(figure.unit.rawValue)"
    }

    // MARK: - JSON

    func lines(_ earlier: Comparison?) -> String {
        let results = results.map { result in
            var line = result.json(settings: settings)
            if let earlier { line["ratio_to_earlier"] = JSONValue(rounded: earlier.ratio(of: result)) }
            return line
        }
        let targets = Target.outcomes(self.results).map { outcome -> JSONValue in
            [
                "target": .string(outcome.measure), "value": JSONValue(rounded: outcome.value),
                "bound": .string(outcome.bound.text), "met": .bool(outcome.isMet),
            ]
        }
        return (results + targets).map { $0.description + "\n" }.joined()
    }

    // MARK: - Tables

    func tables(_ style: Style, _ earlier: Comparison?) -> String {
        var text = resultTable(earlier != nil ? earlier : nil).text(style)
        let targets = Target.outcomes(results)
        if !targets.isEmpty { text += "\n" + Self.table(targets).text(style) }
        text +=
            "\n" + settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        if let differences = earlier?.differences(to: settings), !differences.isEmpty {
            text += "\nDiffers from the earlier run: " + differences.joined(separator: ", ")
        }
        return text + "\n"
    }

    private func resultTable(_ earlier: Comparison?) -> Table {
        let comparing = earlier != nil ? ["EARLIER", "RATIO"] : []
        var table = Table(
            ["WORKLOAD", "MEDIAN", "UNIT", "RUNS", "N", "WORKER µs", "SERVER µs", "MB"] + comparing + [
                "DETAILS"
            ]
        )
        table.shrinkable = [table.titles.count - 1, 3]
        table.rows = results.map { result in
            let figure = result.figure
            let cells = [
                figure.title, Decimals.text(figure.value), figure.unit.rawValue, Self.range(result.runs),
                Decimals.grouped(figure.count), Self.text(figure.workerMicroseconds),
                Self.text(figure.serverMicroseconds), Self.text(figure.megabytes),
            ]
            return cells.map { Table.Cell($0) } + Self.comparison(result, earlier)
                + [Table.Cell(Self.details(figure), .dim)]
        }
        return table
    }

    private static func comparison(_ result: BenchResult, _ earlier: Comparison?) -> [Table.Cell] {
        guard let earlier else { return [] }
        guard let before = earlier.earlier(result), let ratio = earlier.ratio(of: result) else {
            return [Table.Cell("—"), Table.Cell("—")]
        }
        let isBetter = result.figure.unit.isRate ? ratio > 1 : ratio < 1
        return [
            Table.Cell(Decimals.text(before.figure.value)),
            Table.Cell(Decimals.fixed(ratio, 2), ratio == 1 ? nil : isBetter ? .green : .red),
        ]
    }

    private static func range(_ runs: [Double]) -> String {
        guard let least = runs.min(), let most = runs.max(), runs.count > 1 else { return "1" }
        return "\(runs.count): \(Decimals.text(least))–\(Decimals.text(most))"
    }

    private static func text(_ value: Double?) -> String { value.map(Decimals.text) ?? "—" }

    /// `shares 0.52 0.48`.
    private static func details(_ figure: Figure) -> String {
        figure.details.sorted { $0.key < $1.key }.map { name, value in
            let numbers = value.arrayValue ?? [value]
            let texts = numbers.map { $0.doubleValue.map(Decimals.text) ?? "\($0)" }
            return name.text.replacing("_", with: " ") + " " + texts.joined(separator: " ")
        }.joined(separator: ", ")
    }

    private static func table(_ targets: [Target.Outcome]) -> Table {
        var table = Table(["MEASURE", "VALUE", "TARGET", ""])
        table.rows = targets.map { outcome in
            [
                Table.Cell(outcome.measure), Table.Cell(Decimals.text(outcome.value)),
                Table.Cell(outcome.bound.text),
                outcome.isMet ? Table.Cell("✓", .green) : Table.Cell("✗", .red),
            ]
        }
        return table
    }
}
