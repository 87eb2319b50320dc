/// Lays rows out in columns, within the width of the terminal.
package struct Table {
    package struct Cell {
        let text: String
        let colour: Colour?

        /// Takes text that may come from anywhere.
        package init(_ text: String, _ colour: Colour? = nil) {
            self.text = Sanitised.line(text)
            self.colour = colour
        }
    }

    package let titles: [String]
    package var rows: [[Cell]] = []

    /// Where there is not enough room, columns give way in this order, the first one completely before the next.
    package var shrinkable: [Int] = []

    /// Where there is not enough room even so, columns are left out in this order.
    package var dispensable: [Int] = []

    /// Down to this width a column gives way before the others have to.
    package var comfortable: [Int: Int] = [:]

    /// The width that a column keeps when it gives way; 8 where nothing is said.
    package var least: [Int: Int] = [:]

    package init(_ titles: [String]) { self.titles = titles }

    /// The table with its titles, a line each.
    package func text(_ style: Style) -> String {
        let widths = widths(style.width)
        var text = style.paint(line(titles.map { Cell($0) }, widths, .plain), .dim) + "\n"
        for row in rows { text += line(row, widths, style) + "\n" }
        return text
    }

    private static let gap = "  "
    /// The columns that a shrunken column keeps.
    private static let least = 8

    private func line(_ cells: [Cell], _ widths: [Int?], _ style: Style) -> String {
        var line = ""
        var shown = zip(cells, widths).compactMap { cell, width in width.map { (cell: cell, width: $0) } }
        // Nothing is written behind the last text, so that no line is longer than need be.
        while shown.last?.cell.text.isEmpty == true { shown.removeLast() }
        for (index, column) in shown.enumerated() {
            let text = TextWidth.fit(column.cell.text, column.width)
            let isLast = index == shown.count - 1
            line += style.paint(text, column.cell.colour)
            if isLast { break }
            line += String(repeating: " ", count: max(0, column.width - TextWidth.of(text))) + Self.gap
        }
        return line
    }

    /// The width of every column; nil for those that are left out.
    private func widths(_ limit: Int?) -> [Int?] {
        var widths: [Int?] = titles.map { TextWidth.of($0) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index] ?? 0, TextWidth.of(cell.text))
            }
        }
        guard let limit else { return widths }
        for index in dispensable {
            let narrow = widths.enumerated().map { column, width in
                width.map { shrinkable.contains(column) ? min($0, least[column] ?? Self.least) : $0 }
            }
            if Self.total(narrow) <= limit { break }
            widths[index] = nil
        }
        var excess = Self.total(widths) - limit
        let floors: [(Int) -> Int?] = [
            { comfortable[$0] }, { least[$0] ?? Self.least }, { _ in Self.least },
        ]
        for floor in floors {
            for index in shrinkable where excess > 0 {
                guard let width = widths[index], let least = floor(index) else { continue }
                let taken = min(excess, max(0, width - least))
                widths[index] = width - taken
                excess -= taken
            }
        }
        if excess > 0, let last = widths.lastIndex(where: { $0 != nil }), let width = widths[last] {
            widths[last] = max(0, width - excess)
        }
        return widths
    }

    private static func total(_ widths: [Int?]) -> Int {
        let shown = widths.compactMap { $0 }
        return shown.reduce(gap.count * max(0, shown.count - 1), +)
    }

    /// Whether all of it fits as it is.
    func fits(_ limit: Int?) -> Bool {
        guard let limit else { return true }
        return Self.total(widths(nil)) <= limit
    }
}
