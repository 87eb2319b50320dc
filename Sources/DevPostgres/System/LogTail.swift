#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The end of a text, for error messages.
enum LogTail {
    private static let lineCount = 20

    static func lastLines(of text: String) -> String {
        text.split(separator: "\n").suffix(lineCount).joined(separator: "\n")
    }

    /// The last lines that were written to a file after it had `offset` bytes.
    static func lastLines(ofFile path: String, after offset: UInt64) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return lastLines(of: String(decoding: data.dropFirst(Int(clamping: offset)), as: UTF8.self))
    }

    static func size(ofFile path: String) -> UInt64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? UInt64) ?? (attributes?[.size] as? Int).map(UInt64.init) ?? 0
    }
}
