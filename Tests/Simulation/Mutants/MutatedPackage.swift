import BackOpsCommand

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A copy of the package whose worker has every fault of ``WorkerMutant``, one of which a variable switches on.
///
/// All in one program, so that it is built once.
struct MutatedPackage {
    let path: String

    /// The variable that names the mutant which is switched on.
    static let variable = "BACKOPS_MUTANT"

    private static let worker = "Sources/BackOps/Worker/"

    /// Writes the faults into the sources.
    ///
    /// - Throws: ``Problem`` when the code has changed, so that a mutant has no place any more.
    func mutate() throws {
        for mutant in WorkerMutant.all {
            for edit in mutant.edits {
                let file = path + "/" + Self.worker + edit.file
                let text = try Self.mutated(
                    String(contentsOf: URL(filePath: file), encoding: .utf8),
                    edit,
                    mutant.name
                )
                try Data(text.utf8).write(to: URL(filePath: file))
            }
        }
        try Data(Self.switchboard.utf8).write(to: URL(filePath: path + "/" + Self.worker + "Mutant.swift"))
    }

    /// Puts a fault into the text of a file.
    static func mutated(_ text: String, _ edit: WorkerMutant.Edit, _ name: String) throws -> String {
        let parts = text.components(separatedBy: edit.original)
        guard parts.count == 2 else {
            throw Problem(
                .error,
                "the mutant \(name) has \(parts.count - 1) places in \(edit.file) instead of one: change it with the code"
            )
        }
        return parts[0] + edit.replacement.replacing("MUTATED", with: "Mutant.isOn(\"\(name)\")") + parts[1]
    }

    private static let switchboard = """
        #if canImport(FoundationEssentials)
        import FoundationEssentials
        #else
        import Foundation
        #endif

        enum Mutant {
            private static let current = ProcessInfo.processInfo.environment["\(variable)"]

            static func isOn(_ name: String) -> Bool { current == name }
        }

        """
}
