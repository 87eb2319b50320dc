import ArgumentParser

/// Puts the mutants into a copy of the package.
struct MutateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutate",
        abstract: "Put faults into the worker of a copy of the package, and print their names.",
        discussion:
            "Tests/Simulation/mutants makes the copy, builds it, and runs the simulation with each of them."
    )

    @Argument(help: ArgumentHelp("The copy of the package.", valueName: "directory"))
    var path: String

    func run() throws {
        try MutatedPackage(path: path).mutate()
        for mutant in WorkerMutant.all { print(mutant.name) }
    }
}
