import ArgumentParser

/// How a command shows what it found.
package struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document.")
    package var json = false

    @Flag(help: "Print without colours, as the variable NO_COLOR does.")
    package var noColor = false

    package init() {}
}
