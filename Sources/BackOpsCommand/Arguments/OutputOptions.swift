import ArgumentParser

/// How a command shows what it found.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(help: "Print without colours, as the variable NO_COLOR does.")
    var noColor = false
}
