import BackOps
import Foundation
import Testing

private struct Address: Codable, Sendable, Hashable {
    var city: String
    var since: Date
    var codes: [Int]
    var price: Decimal
    var note: String?
}

private enum Size: String, Codable, Sendable { case small, large }

extension GlobalKey where Value == Address { fileprivate static var address: Self { "address" } }
extension GlobalKey where Value == Size { fileprivate static var size: Self { "size" } }
extension GlobalKey where Value == Int { fileprivate static var count: Self { "count" } }

@Suite struct `A global` {
    @Test func `is set and read through typed and untyped keys`() {
        var globals: Globals = ["count": 42]
        #expect(globals[.count] == 42)
        globals[.count] = 43
        #expect(globals["count"] == 43)
        globals["count"] = 44
        #expect(globals[.count] == 44)
        globals[.count] = nil
        #expect(globals["count"] == nil)
    }

    @Test func `may be a literal key of the type that is wanted`() {
        let globals: Globals = ["name": "Ada"]
        let name: String? = globals["name"]
        #expect(name == "Ada")
    }

    @Test(arguments: [Int64.min, -1, 0, 9_007_199_254_740_993, .max])
    func `keeps integers beyond 2^53`(value: Int64) throws {
        var globals = Globals()
        globals[GlobalKey<Int64>("n")] = value
        #expect(globals.description == #"{"n":\#(value)}"#)
        #expect(try Globals(text: globals.utf8).require(GlobalKey<Int64>("n")) == value)
    }

    @Test func `survives in every type`() throws {
        func survives<Value: Codable & Sendable & Equatable>(_ value: Value, _ text: String) throws {
            let key = GlobalKey<Value>("v")
            var globals = Globals()
            globals[key] = value
            #expect(try String(decoding: globals.checkedJSON(), as: UTF8.self) == #"{"v":\#(text)}"#)
            #expect(try Globals(text: globals.utf8).require(key) == value)
        }
        let id = try #require(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
        let date = Date(timeIntervalSince1970: 1_798_099_200.123456)
        try survives(7, "7")
        try survives(UInt64.max, "18446744073709551615")
        try survives(0.1, "0.1")
        try survives(Float(0.1), "0.1")
        try survives(true, "true")
        try survives("a\"b", #""a\"b""#)
        try survives(Date(timeIntervalSince1970: 0), #""1970-01-01T00:00:00Z""#)
        try survives([date, date], #"["2026-12-24T08:00:00.123456Z","2026-12-24T08:00:00.123456Z"]"#)
        try survives(
            try #require(Decimal(string: "12345678901234567890.123456789")),
            "12345678901234567890.123456789"
        )
        try survives(id, #""E621E1F8-C36C-495A-93FC-0C247A3E6E5F""#)
        try survives(URL(string: "https://a.example/b?c=d"), #""https://a.example/b?c=d""#)
        try survives(Data([1, 2, 255]), #""AQL/""#)
        try survives(["a": [1, nil, 3]], #"{"a":[1,null,3]}"#)
        try survives(Size.large, #""large""#)
        try survives(JSONValue.array([1, nil]), "[1,null]")
        try survives(Optional<Int>.some(3), "3")
        let address = Address(city: "Bern", since: date, codes: [3000], price: 1.5, note: nil)
        try survives(
            address,
            #"{"city":"Bern","codes":[3000],"price":1.5,"since":"2026-12-24T08:00:00.123456Z"}"#
        )
    }

    @Test func `that is missing or null is nil, and is required in vain`() {
        let globals: Globals = ["null": nil]
        #expect(globals[GlobalKey<Int>("null")] == nil)
        #expect(throws: BackOpsError.missingGlobal("null")) { try globals.require(GlobalKey<Int>("null")) }
        #expect(throws: BackOpsError.missingGlobal("none")) { try globals.require(GlobalKey<Int>("none")) }
    }

    @Test func `of another type is nil, and is required in vain`() {
        let globals: Globals = ["count": "many", "size": "huge", "text": 1]
        #expect(globals[.count] == nil)
        #expect(throws: BackOpsError.globalTypeMismatch("count", expected: "Int", found: "a string")) {
            try globals.require(.count)
        }
        #expect(throws: BackOpsError.globalTypeMismatch("size", expected: "Size", found: "a string")) {
            try globals.require(.size)
        }
        #expect(throws: BackOpsError.globalTypeMismatch("text", expected: "String", found: "a number")) {
            try globals.require(GlobalKey<String>("text"))
        }
    }

    @Test func `that is a number too large for its type is a mismatch`() throws {
        let globals = Globals(text: Array(#"{"n": 300, "d": 1e400}"#.utf8))
        #expect(throws: BackOpsError.globalTypeMismatch("n", expected: "Int8", found: "a number")) {
            try globals.require(GlobalKey<Int8>("n"))
        }
        #expect(throws: BackOpsError.globalTypeMismatch("d", expected: "Double", found: "a number")) {
            try globals.require(GlobalKey<Double>("d"))
        }
    }

    @Test func `names the path to what is wrong inside it`() throws {
        let text =
            #"{"address": {"city": "Bern", "since": "2026-01-01", "codes": [1, "x"], "price": 1}, "bad": {"city": "B"}}"#
        let globals = Globals(text: Array(text.utf8))
        #expect(
            throws: BackOpsError.globalTypeMismatch("address.codes[1]", expected: "Int", found: "a string")
        ) {
            try globals.require(.address)
        }
        #expect(throws: BackOpsError.missingGlobal("bad.since")) {
            try globals.require(GlobalKey<Address>("bad"))
        }
    }

    @Test func `and all others are read as one value`() throws {
        struct Input: Codable, Equatable { var count: Int; var name: String? }
        #expect(try Globals(["count": 1]).decoded(as: Input.self) == Input(count: 1, name: nil))
        #expect(throws: BackOpsError.missingGlobal("count")) { try Globals().decoded(as: Input.self) }
    }

    @Test func `that JSON cannot hold is refused when the globals are stored`() {
        var globals = Globals()
        globals[GlobalKey<Double>("d")] = .infinity
        let error = #expect(throws: BackOpsError.self) { try globals.checkedJSON() }
        #expect(error?.subject == "d")
        #expect(error?.code == .invalidGlobals)
    }

    @Test func `that jsonb cannot hold is refused with its path`() {
        let globals: Globals = ["a": ["b": [1, "x\0"]]]
        let error = #expect(throws: BackOpsError.self) { try globals.checkedJSON() }
        #expect(error?.subject == "a.b[1]")
        #expect(throws: BackOpsError.self) { try Globals(["a\0": 1]).checkedJSON() }
    }

    @Test func `may not be nested deeper than it can be read`() throws {
        func nested(_ depth: Int) -> Globals {
            Globals(["a": (1..<depth).reduce(.array([])) { value, _ in .array([value]) }])
        }
        let deepest = try nested(511).checkedJSON()
        #expect(try JSONValue(parsing: deepest)["a"] != nil)
        #expect(throws: BackOpsError.self) { try nested(512).checkedJSON() }
    }
}

@Suite struct `A document of globals` {
    @Test func `is not read before somebody asks`() throws {
        let broken = Globals(text: Array("{broken".utf8))
        #expect(broken.description == "{broken")
        #expect(try broken.checkedJSON() == Array("{broken".utf8))
        #expect(broken["a"] == nil)
        #expect(throws: BackOpsError.self) { try broken.require(GlobalKey<Int>("a")) }
        #expect(throws: BackOpsError.self) { try Globals(text: Array("[1]".utf8)).members() }
    }

    @Test func `keeps its text until it is changed`() {
        var globals = Globals(text: Array(#"{ "b": 1.00,  "a": 2 }"#.utf8))
        #expect(globals[GlobalKey<Int>("b")] == 1)
        #expect(globals.description == #"{ "b": 1.00,  "a": 2 }"#)
        globals["c"] = 3
        #expect(globals.description == #"{"a":2,"b":1.00,"c":3}"#)
    }
}

@Suite struct `A patch of globals` {
    @Test func `holds what was set and removed, and nothing else`() {
        var patch = GlobalsPatch()
        #expect(patch.isEmpty)
        patch["a"] = 1
        patch["b"] = nil
        patch["c"] = .null
        #expect(patch.jsonText == #"{"set":{"a":1,"c":null},"unset":["b"]}"#)
        patch["a"] = nil
        patch["b"] = 2
        #expect(patch.jsonText == #"{"set":{"b":2,"c":null},"unset":["a"]}"#)
        #expect(patch.covers("a"))
        #expect(!patch.covers("d"))
    }

    @Test func `is applied and merged with a later one`() {
        var patch = GlobalsPatch()
        patch["a"] = 1
        patch["b"] = nil
        var later = GlobalsPatch()
        later["a"] = nil
        later["c"] = 3
        patch.merge(later)
        #expect(patch.applied(to: ["a": 0, "b": 0, "d": 0]).description == #"{"c":3,"d":0}"#)
    }

    @Test func `refuses what jsonb cannot hold`() {
        var patch = GlobalsPatch()
        patch["a"] = "\0"
        #expect(throws: BackOpsError.self) { try patch.validate() }
    }
}
