#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The identifier that the linker gave a program: the same wherever the same build runs, another for every other.
///
/// It is a note of the ELF file; see <https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html#note_section>.
enum BuildIdentifier {
    /// That of the program that runs, in hexadecimal digits; nil where it has none.
    static let current: String? = {
        guard let file = try? Data(contentsOf: URL(filePath: "/proc/self/exe"), options: .alwaysMapped) else {
            return nil
        }
        return read(file)
    }()

    /// That of a program's file; nil where it has none, or is no 64-bit file in this byte order.
    static func read(_ file: Data) -> String? {
        guard file.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
        guard let table = integer(file, at: 32, 8), let size = integer(file, at: 54, 2),
            let count = integer(file, at: 56, 2)
        else { return nil }
        for entry in (0..<count).map({ table + $0 * size }) where integer(file, at: entry, 4) == noteSegment {
            guard let start = integer(file, at: entry + 8, 8), let length = integer(file, at: entry + 32, 8)
            else { continue }
            if let found = readNotes(file, start, start + length) { return found }
        }
        return nil
    }

    private static let noteSegment = 4
    private static let buildIdentifierNote = 3

    private static func readNotes(_ file: Data, _ start: Int, _ end: Int) -> String? {
        var place = start
        while place + 12 <= end, let nameSize = integer(file, at: place, 4),
            let size = integer(file, at: place + 4, 4)
        {
            let name = place + 12
            let content = name + aligned(nameSize)
            guard content + size <= file.count else { return nil }
            if integer(file, at: place + 8, 4) == buildIdentifierNote,
                file.dropFirst(name).starts(with: "GNU\0".utf8)
            {
                return file[(file.startIndex + content)..<(file.startIndex + content + size)].map(hexadecimal)
                    .joined()
            }
            place = content + aligned(size)
        }
        return nil
    }

    private static func aligned(_ size: Int) -> Int { (size + 3) / 4 * 4 }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    /// Reads a little-endian integer; nil where the file ends before, or it is no position in any file.
    private static func integer(_ file: Data, at offset: Int, _ size: Int) -> Int? {
        guard offset >= 0, offset <= file.count - size else { return nil }
        let start = file.startIndex + offset
        let value = file[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return value < 1 << 40 ? Int(value) : nil
    }
}
