/// The types that a file of Swift declares, and the names of types that it uses, as far as words can tell.
struct SwiftOutline {
    /// A word with the dots and words behind it.
    struct Name {
        let words: [String]
        let line: Int
        /// The types in which it stands, outermost first.
        let scope: [String]
    }

    struct Declaration {
        /// The type's name, with the types around it: `MigrationStatus.Engine`.
        let name: String
        /// Whether only its own file may name it.
        let isPrivate: Bool
    }

    private(set) var declarations: [Declaration] = []
    private(set) var names: [Name] = []

    private static let introducers: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    init(_ text: String) {
        var scopes: [[String]?] = []
        var pending: [String]?
        var introducer: String?
        var isPrivate = false
        for token in Self.tokens(of: text) {
            let scope = scopes.compactMap { $0 }.last ?? []
            switch token.text {
            case "{":
                scopes.append(pending)
                (pending, introducer, isPrivate) = (nil, nil, false)
            case "}":
                _ = scopes.popLast()
                (introducer, isPrivate) = (nil, false)
            case "private", "fileprivate": isPrivate = true
            case "func", "var", "let", "init", "subscript", "case": (introducer, isPrivate) = (nil, false)
            case "extension": introducer = token.text
            case let word where Self.introducers.contains(word): introducer = word
            default:
                guard token.text.first?.isUppercase == true else { continue }
                let words = token.text.split(separator: ".").map(String.init)
                if let introduced = introducer {
                    introducer = nil
                    guard introduced == "extension" else {
                        let path = scope + words
                        let isNested = !scopes.isEmpty
                        declarations.append(
                            Declaration(name: path.joined(separator: "."), isPrivate: isPrivate && !isNested)
                        )
                        if introduced != "typealias" { pending = path }
                        isPrivate = false
                        continue
                    }
                    pending = words
                }
                // What a declaration inherits or is constrained by is looked up from where it stands.
                names.append(Name(words: words, line: token.line, scope: scope))
            }
        }
    }

    private struct Token {
        let text: String
        let line: Int
    }

    /// Words with what follows them behind dots, and braces.
    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var word: [UInt8] = []
        var line = 1
        func end() {
            // What begins with a dot is a member.
            if let first = word.first, first != UInt8(ascii: ".") {
                tokens.append(Token(text: String(decoding: word, as: UTF8.self), line: line))
            }
            word = []
        }
        for byte in SwiftCode.bytes(of: text) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), 0x80...:
                word.append(byte)
            default:
                end()
                if byte == UInt8(ascii: "\n") { line += 1 }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
                    word = [byte]
                    end()
                }
            }
        }
        end()
        return tokens
    }
}

/// Swift without its comments and the text of its strings; what strings interpolate stays, and all line ends.
enum SwiftCode {
    private enum Context {
        /// Code in a string, and how many parentheses are open in it.
        case interpolation(parentheses: Int)
        case string(quotes: Int, hashes: Int)
    }

    static func bytes(of text: String) -> [UInt8] {
        let (newline, quote, hash, slash) = (
            UInt8(ascii: "\n"), UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "/")
        )
        let text = Array(text.utf8)
        var code: [UInt8] = []
        var contexts: [Context] = []
        var index = 0
        func count(_ byte: UInt8, from start: Int) -> Int {
            var end = start
            while end < text.count, text[end] == byte { end += 1 }
            return end - start
        }
        while index < text.count {
            let byte = text[index]
            if byte == newline { code.append(byte) }
            switch contexts.last {
            case .string(let quotes, let hashes):
                if byte == UInt8(ascii: "\\"), count(hash, from: index + 1) >= hashes {
                    index += 1 + hashes
                    if count(UInt8(ascii: "("), from: index) > 0 {
                        contexts.append(.interpolation(parentheses: 0))
                    }
                } else if count(quote, from: index) >= quotes, count(hash, from: index + quotes) >= hashes {
                    contexts.removeLast()
                    index += quotes - 1 + hashes
                }
            default:
                let hashes = count(hash, from: index)
                if count(slash, from: index) > 1 {
                    while index + 1 < text.count, text[index + 1] != newline { index += 1 }
                } else if count(quote, from: index + hashes) > 0 {
                    let quotes = count(quote, from: index + hashes) >= 3 ? 3 : 1
                    contexts.append(.string(quotes: quotes, hashes: hashes))
                    index += hashes + quotes - 1
                    code.append(UInt8(ascii: " "))
                } else {
                    if case .interpolation(let open) = contexts.last {
                        switch byte {
                        case UInt8(ascii: "("):
                            contexts[contexts.count - 1] = .interpolation(parentheses: open + 1)
                        case UInt8(ascii: ")") where open == 0: contexts.removeLast()
                        case UInt8(ascii: ")"):
                            contexts[contexts.count - 1] = .interpolation(parentheses: open - 1)
                        default: break
                        }
                    }
                    if byte != newline { code.append(byte) }
                }
            }
            index += 1
        }
        return code
    }
}
