#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Whether to colour, and how many columns there are.
package struct Style: Hashable, Sendable {
    package var colours: Bool
    /// Nil where lines may be as long as they are: in a file or a pipe.
    package var width: Int?

    /// The plain style of a file.
    package static let plain = Style(colours: false, width: nil)

    /// Decides for a stream of this process.
    static func of(_ stream: StandardStream, noColor: Bool = false) -> Style {
        let variables = ProcessInfo.processInfo.environment
        return Style(
            colours: isColoured(noColor: noColor, variables, isTerminal: stream.isTerminal),
            width: width(variables, terminal: stream.isTerminal ? stream.terminalWidth : nil)
        )
    }

    /// Colours are for terminals; variables and the flag may turn them off, and FORCE_COLOR on.
    ///
    /// See <https://no-color.org> and <https://force-color.org>.
    static func isColoured(noColor: Bool, _ variables: [String: String], isTerminal: Bool) -> Bool {
        func isSet(_ name: String) -> Bool { variables[name].map { !$0.isEmpty } ?? false }
        if noColor || isSet("NO_COLOR") { return false }
        if isSet("FORCE_COLOR") { return variables["FORCE_COLOR"] != "0" }
        return isTerminal && variables["TERM"] != "dumb"
    }

    /// COLUMNS, else the terminal's own width.
    static func width(_ variables: [String: String], terminal: Int?) -> Int? {
        if let columns = variables["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
        return terminal
    }

    /// Puts a colour around a text that holds none.
    package func paint(_ text: String, _ colour: Colour?) -> String {
        guard colours, let colour, !text.isEmpty else { return text }
        return "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m"
    }
}

/// The colours that mean something here, as a terminal's own palette has them.
package enum Colour: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
}

extension OutputOptions {
    /// The style of standard output.
    package var style: Style { .of(.output, noColor: noColor) }
    /// The style of standard error.
    package var messageStyle: Style { .of(.error, noColor: noColor) }
}
