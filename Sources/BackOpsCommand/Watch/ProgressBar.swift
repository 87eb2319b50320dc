/// A bar of block characters, exact to an eighth of a column: `▕██████▍   ▏`.
enum ProgressBar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// Draws a part of a whole, with so many columns between the ends; below 0 and above 1 it is empty or full.
    static func text(_ fraction: Double, width: Int) -> String {
        let part = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        let units = Int((part * Double(width * 8)).rounded(.down))
        let filled = String(repeating: "█", count: units / 8) + eighths[units % 8]
        return "▕" + TextWidth.pad(filled, width) + "▏"
    }
}
