import BackOps
import Foundation
import Testing

@testable import BackOpsCommand

@Suite struct `Globals on the command line` {
    @Test(arguments: [
        ("a=b", "a", JSONValue.string("b")), ("a=", "a", .string("")), ("a=b=c", "a", .string("b=c")),
        ("a=b:=c", "a", .string("b:=c")), ("n:=42", "n", .integer(42)), ("n:=null", "n", .null),
        ("a:b=c", "a:b", .string("c")), ("o:={\"x\": [true]}", "o", .object(["x": [true]])),
        ("é=🎁", "é", .string("🎁")),
        ("s:=\"=\"", "s", .string("=")), ("a=' or 1=1; --", "a", .string("' or 1=1; --")),
    ])
    func `are text, or JSON after a colon`(text: String, key: String, value: JSONValue) throws {
        let assignment = try Assignment(text)
        #expect(assignment.key == key)
        #expect(assignment.value == value)
    }

    @Test func `keep numbers that no machine word holds`() throws {
        #expect(
            try Assignment("n:=123456789012345678901234567890").value.description
                == "123456789012345678901234567890"
        )
    }

    @Test(arguments: ["", "a", "=b", ":=1", "n:=", "n:=4x", "n:={", "n:=\"\\u0000\""])
    func `are refused when they are neither`(text: String) {
        #expect(throws: ArgumentError.self) { try Assignment(text) }
    }

    @Test func `are refused when a key is given twice`() throws {
        let twice = [try Assignment("a=1"), try Assignment("a:=2")]
        #expect(throws: ArgumentError.self) { try Assignment.document(twice) }
    }
}

@Suite struct `Times on the command line` {
    @Test func `are ISO 8601, or a duration from now`() throws {
        #expect(try TimeText.parse("+10m") == .in(.seconds(600)))
        #expect(try TimeText.parse("1970-01-02T00:00:00Z") == .at(.init(timeIntervalSince1970: 86_400)))
        #expect(try TimeText.parse("1970-01-02T01:00+01:00") == .at(.init(timeIntervalSince1970: 86_400)))
    }

    @Test(arguments: ["", "+", "tomorrow", "2026-13-01", "2026-01-01T25:00", "10m"])
    func `are refused when they are anything else`(text: String) {
        #expect(throws: ArgumentError.self) { try TimeText.parse(text) }
    }
}

@Suite struct `Places and numbers on the command line` {
    @Test func `a place is a branch, or an action of it`() throws {
        #expect(try ActionPath("main").action == nil)
        #expect(try ActionPath("main/Send").branch == "main")
        #expect(try ActionPath("main/Send").action == "Send")
    }

    @Test(arguments: ["", "/", "main/", "/Send"])
    func `a place without a name is refused`(text: String) {
        #expect(throws: ArgumentError.self) { try ActionPath(text) }
    }

    @Test func `a number may have its sign`() throws {
        #expect(try OperationID.parse("#48213") == 48213)
        #expect(try OperationID.parse("48213") == 48213)
        for text in ["", "#", "0", "-1", "x", "9223372036854775808"] {
            #expect(throws: ArgumentError.self) { try OperationID.parse(text) }
        }
    }

    @Test(arguments: [
        ("main/Send", "main/Send"), ("main/Do it", "'main/Do it'"), ("it's", #"'it'\''s'"#), ("", "''"),
    ])
    func `a word is quoted for the shell where need be`(word: String, quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }
}
