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

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        var end = cells.count
        // Nothing is written behind the last text, so that no line is longer than need be.
        while end > 0, cells[end - 1].text.isEmpty { end -= 1 }
        for index in 0..<end {
            let text = TextWidth.fit(cells[index].text, widths[index])
            let padding = index == end - 1 ? 0 : widths[index] - TextWidth.of(text)
            line += style.paint(text, cells[index].colour) + String(repeating: " ", count: max(0, padding))
            if index < end - 1 { line += Self.gap }
        }
        return line
    }

    private func widths(_ limit: Int?) -> [Int] {
        var widths = titles.map { TextWidth.of($0) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index], TextWidth.of(cell.text))
            }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(Self.gap.count * (widths.count - 1), +) - limit
        for index in shrinkable where excess > 0 {
            let taken = min(excess, max(0, widths[index] - Self.least))
            widths[index] -= taken
            excess -= taken
        }
        if excess > 0, let last = widths.indices.last { widths[last] = max(0, widths[last] - excess) }
        return widths
    }
}
