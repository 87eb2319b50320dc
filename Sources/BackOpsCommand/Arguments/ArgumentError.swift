/// Says what is wrong with the text of an argument; the argument parser adds which argument it is.
package struct ArgumentError: Error, CustomStringConvertible, Hashable {
    package let description: String

    init(_ description: String) { self.description = description }
}
