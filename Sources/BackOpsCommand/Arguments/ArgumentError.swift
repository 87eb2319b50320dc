/// Says what is wrong with the text of an argument; the argument parser adds which argument it is.
struct ArgumentError: Error, CustomStringConvertible, Hashable {
    let description: String

    init(_ description: String) { self.description = description }
}
