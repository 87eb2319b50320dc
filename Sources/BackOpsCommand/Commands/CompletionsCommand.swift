import ArgumentParser

/// Prints what teaches a shell to complete this program's words.
struct CompletionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completions for bash, zsh or fish.",
        discussion: """
            bash:  backops completions bash > ~/.local/share/bash-completion/completions/backops
            zsh:   backops completions zsh > ~/.zsh/completions/_backops    (a folder of $fpath)
            fish:  backops completions fish > ~/.config/fish/completions/backops.fish

            Names, numbers, queues, labels, groups of failures, keys of globals, branches and actions come from the database.
            """
    )

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
    var shell: Shell

    func run() async throws {
        guard let root = Program.root, let shell = CompletionShell(rawValue: shell.rawValue) else { return }
        StandardStream.output.writeLine(root.completionScript(for: shell))
    }
}
