import BackOps

/// The manual page of a program, made from what the argument parser knows of its commands.
struct ManPage {
    private let root: JSONValue
    private let version: String

    /// Takes the document of `--experimental-dump-help`.
    init(_ document: JSONValue, version: String) {
        root = document["command"] ?? .null
        self.version = version
    }

    /// The page in the macros of man(7).
    var text: String {
        let name = Self.string(root, "commandName")
        var text = ".TH \(Self.quoted(name.uppercased())) 1 \"\" \(Self.quoted("backops \(version)"))\n"
        text += ".SH NAME\n\(Self.line(name)) \\- \(Self.line(Self.string(root, "abstract")))\n"
        text += ".SH SYNOPSIS\n.B \(Self.line(name))\n.I command\n.RI [ arguments ]\n"
        text += ".SH DESCRIPTION\n" + Self.paragraphs(Self.string(root, "discussion"))
        text += ".SH COMMANDS\n"
        for command in commands { text += section(command, path: name) }
        return text
    }

    private var commands: [JSONValue] { Self.subcommands(root) }

    private static func subcommands(_ command: JSONValue) -> [JSONValue] {
        (command["subcommands"]?.arrayValue ?? []).filter {
            $0["shouldDisplay"]?.boolValue != false && string($0, "commandName") != "help"
        }
    }

    private func section(_ command: JSONValue, path: String) -> String {
        let path = path + " " + Self.string(command, "commandName")
        let arguments = (command["arguments"]?.arrayValue ?? []).filter {
            $0["shouldDisplay"]?.boolValue != false && !Self.isForHelp($0)
        }
        let usage = arguments.filter { Self.string($0, "kind") == "positional" }.map(Self.placeholder)
        var text = ".SS \(Self.quoted(([path] + usage).joined(separator: " ")))\n"
        text += Self.line(Self.string(command, "abstract")) + "\n"
        text += Self.paragraphs(Self.string(command, "discussion"))
        for argument in arguments {
            text += ".TP\n\(Self.head(argument))\n"
            let words = [Self.string(argument, "abstract"), Self.string(argument, "discussion")]
            text += Self.line(words.filter { !$0.isEmpty }.joined(separator: " ")) + "\n"
        }
        for subcommand in Self.subcommands(command) { text += section(subcommand, path: path) }
        return text
    }

    /// Every command has these.
    private static func isForHelp(_ argument: JSONValue) -> Bool {
        ["help", "version"].contains(argument["preferredName"]?["name"]?.stringValue)
    }

    private static func placeholder(_ argument: JSONValue) -> String {
        let name = "<\(string(argument, "valueName"))>" + (isTrue(argument, "isRepeating") ? "..." : "")
        return isTrue(argument, "isOptional") ? "[\(name)]" : name
    }

    private static func head(_ argument: JSONValue) -> String {
        let names = (argument["names"]?.arrayValue ?? []).map { name -> String in
            let text = string(name, "name")
            return string(name, "kind") == "long" ? "--\(text)" : "-\(text)"
        }
        guard !names.isEmpty else { return ".I \(line(placeholder(argument)))" }
        let value =
            string(argument, "kind") == "option" ? " \\fI\(line(string(argument, "valueName")))\\fR" : ""
        return names.map { "\\fB\(line($0))\\fR" }.joined(separator: ", ") + value
    }

    /// A paragraph of several short lines is kept as it is: these are examples.
    private static func paragraphs(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        var blocks: [[Substring]] = [[]]
        for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if row.isEmpty { blocks.append([]) } else { blocks[blocks.count - 1].append(row) }
        }
        return blocks.filter { !$0.isEmpty }.map { rows in
            let lines = rows.map { line(String($0)) }
            if rows.count > 1, rows.allSatisfy({ $0.count <= 90 }) {
                return ".PP\n.RS 4\n.nf\n" + lines.joined(separator: "\n") + "\n.fi\n.RE\n"
            }
            return ".PP\n" + lines.joined(separator: "\n.br\n") + "\n"
        }.joined()
    }

    private static func string(_ json: JSONValue, _ member: String) -> String {
        json[member]?.stringValue ?? ""
    }

    private static func isTrue(_ json: JSONValue, _ member: String) -> Bool {
        json[member]?.boolValue == true
    }

    /// Text as roff takes it: one line, nothing in it is a command.
    private static func line(_ text: String) -> String {
        let safe = Sanitised.line(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
    }

    private static func quoted(_ text: String) -> String {
        "\"" + line(text).replacing("\"", with: "\\(dq") + "\""
    }
}
