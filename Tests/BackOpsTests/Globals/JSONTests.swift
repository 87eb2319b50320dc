import BackOps
import Foundation
import LibPQ
import Testing

@Suite struct `JSON text` {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9007199254740993", "-9223372036854775808", "9223372036854775808",
        "1e400", "-0", "0.1000", "1.50E+3", "123456789012345678901234567890.123456789", #""""#, #""é\n\"\\""#,
        "[]",
        "{}", "[1,[2,[3]],{}]", #"{"a":1,"b":{"c":[null,true]}}"#, #""😀""#,
    ])
    func `is written as it was read`(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test func `may have white space around everything`() throws {
        let value = try JSONValue(parsing: " \n{ \"a\" :\t[ 1 , 2 ] ,\r\n\"b\" : null } ")
        #expect(value == ["a": [1, 2], "b": nil])
    }

    @Test func `is written with the keys in the order of their bytes`() {
        let value: JSONValue = ["b": 1, "a": 2, "é": 3, "Z": 4, "aa": 5]
        #expect(value.description == #"{"Z":4,"a":2,"aa":5,"b":1,"é":3}"#)
    }

    @Test func `may escape any character`() throws {
        #expect(
            try JSONValue(parsing: #""\u0041\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\""#)
                == "Aé😀/\u{8}\u{c}\n\r\t\"\\"
        )
    }

    @Test func `escapes control characters`() {
        #expect(JSONValue.string("\u{1}\u{1f}\u{7f}").description == "\"\\u0001\\u001f\u{7f}\"")
    }

    @Test func `counts the last of two values of one key`() throws {
        #expect(try JSONValue(parsing: #"{"a": 1, "a": 2}"#) == ["a": 2])
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "[1,]", "[1 2]", "[", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
        "{a:1}", "01", "-",
        "1.", ".5", "+1", "1e", "1e+", "0x1", "NaN", "Infinity", "'a'", #""a"#, "\"a\nb\"", #""\x""#,
        #""\u12"#, #""\u12g4""#,
        "1 2", "[1]]", "// a\n1", "\u{feff}1",
    ])
    func `that is not JSON is refused`(text: String) {
        #expect(throws: BackOpsError.self) { try JSONValue(parsing: text) }
    }

    @Test func `that is wrong is refused with the place`() {
        let error = #expect(throws: BackOpsError.self) { try JSONValue(parsing: #"{"a": 1, "b": ?}"#) }
        #expect(error?.code == .invalidGlobals)
        #expect(error?.message == "The JSON text is wrong at byte 14: this is not a value.")
    }

    @Test(arguments: [
        #""ab\u0000""#, #""ab\ud800""#, #""ab\udc00\ud800""#, #""ab\ud800\ud800""#, #""ab\ud800x""#,
    ])
    func `that PostgreSQL cannot store is refused with the place`(text: String) {
        let error = #expect(throws: BackOpsError.self) { try JSONValue(parsing: text) }
        #expect(error?.message.contains("at byte 4:") == true)
    }

    @Test func `with bytes that are not UTF-8 is refused`() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(throws: BackOpsError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func `may be nested 512 deep and no deeper`() throws {
        let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(try JSONValue(parsing: deepest).description == deepest)
        let error = #expect(throws: BackOpsError.self) { try JSONValue(parsing: "[" + deepest + "]") }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("more than 512 deep") == true)
        #expect(throws: BackOpsError.self) {
            try JSONValue(parsing: String(repeating: #"{"a":"#, count: 100_000))
        }
    }

    /// Every prefix and every changed byte either reads or is refused; neither crashes.
    @Test func `that is damaged is read or refused`() {
        let text = Array(#"{"a":[1,-2.5e+3,"\u00e9\ud83d\ude00x"],"b":{"c":null,"d":true}}"#.utf8)
        var refused = 0
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = text
                damaged[index] = byte
                do {
                    let value = try JSONValue(parsing: damaged)
                    #expect(throws: Never.self) { try JSONValue(parsing: value.utf8) }
                } catch {
                    refused += 1
                }
            }
            #expect(throws: BackOpsError.self) { try JSONValue(parsing: Array(text[..<index])) }
        }
        #expect(refused > 0)
    }
}

@Suite struct `A JSON number` {
    @Test(
        arguments: [
            ("42.0", 42), ("4.2e1", 42), ("420e-1", 42), ("-0", 0), ("0.0", 0), ("0e9", 0),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("9223372036854775807.0", Int64.max), ("-9223372036854775808.0", .min),
        ] as [(String, Int64)]
    )
    func `that is whole is an integer, however it is written`(text: String, integer: Int64) throws {
        #expect(try JSONValue(parsing: text).integerValue == integer)
    }

    @Test(arguments: [
        "42.5", "1e-1", "9223372036854775808", "1e400", "1e999999999999999999999", "4503599627370496.00001",
    ])
    func `that is not whole or too large is none`(text: String) throws {
        #expect(try JSONValue(parsing: text).integerValue == nil)
    }

    @Test func `is made of text that JSON allows, and of finite numbers`() {
        #expect(JSONValue.Number("1e400")?.description == "1e400")
        #expect(JSONValue.Number("01") == nil)
        #expect(JSONValue.Number("1 ") == nil)
        #expect(JSONValue.Number("") == nil)
        #expect(JSONValue.Number(Double.infinity) == nil)
        #expect(JSONValue.Number(Double.nan) == nil)
        #expect(JSONValue.Number("1e400")?.doubleValue == nil)
    }
}

@Suite struct `A JSON value` {
    @Test func `is read by key and index`() {
        let value: JSONValue = ["list": [1, "two", 3.5, true]]
        #expect(value["list"]?[1]?.stringValue == "two")
        #expect(value["list"]?[2]?.doubleValue == 3.5)
        #expect(value["list"]?[3]?.boolValue == true)
        #expect(value["list"]?[4] == nil)
        #expect(value["list"]?[-1] == nil)
        #expect(value["none"] == nil)
        #expect(value[0] == nil)
    }

    @Test func `is changed by key`() {
        var value: JSONValue = ["a": 1]
        value["b"] = ["c": nil]
        value["a"] = nil
        #expect(value == ["b": ["c": nil]])
    }

    @Test func `passes through Foundation's coders`() throws {
        let value: JSONValue = ["a": [1, 2.5, "x", true, nil], "n": 9_007_199_254_740_993]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
    }
}
