/// An error that was thrown, and the stack that threw it.
struct ThrowSite: Sendable {
    let error: any Error
    let stack: CapturedStack

    /// Whether `other` is this very box, not merely an equal error.
    func isBox(of other: any Error) -> Bool {
        Self.box(of: error) == Self.box(of: other)
    }

    // Off Darwin `any Error` is one pointer. Without the casts the compiler would open the box.
    private static func box(of error: any Error) -> UnsafeRawPointer {
        unsafeBitCast(error as any Error, to: UnsafeRawPointer.self)
    }

    /// Finds the site that `error` came from.
    ///
    /// That is the site of its box. If the error was put into another box on its way, as happens to
    /// errors of typed throws, it is the last site of an equal error, else of one of the same type.
    static func last(of error: any Error, among sites: [ThrowSite]) -> Int? {
        sites.lastIndex { $0.isBox(of: error) }
            ?? sites.lastIndex { isSame($0.error, error) }
            ?? sites.lastIndex { type(of: $0.error) == type(of: error) }
    }

    /// Finds the first site that threw `error` in whatever box.
    static func first(equalTo error: any Error, among sites: ArraySlice<ThrowSite>) -> Int? {
        sites.firstIndex { isSame($0.error, error) }
    }

    /// Whether two boxes hold the same error: one object, equal values, or values that look the same.
    private static func isSame(_ one: any Error, _ other: any Error) -> Bool {
        guard type(of: one) == type(of: other) else { return false }
        if type(of: one) is AnyClass { return one as AnyObject === other as AnyObject }
        if let one = one as? any Equatable { return isEqual(one, other) }
        return String(reflecting: one) == String(reflecting: other)
    }

    private static func isEqual<Value: Equatable>(_ one: Value, _ other: any Error) -> Bool {
        one == other as? Value
    }
}
