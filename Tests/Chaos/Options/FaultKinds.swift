import ArgumentParser

/// A list of kinds of faults, as `--faults kill,stop` gives it.
struct FaultKinds: ExpressibleByArgument {
    let kinds: [FaultKind]

    static let all = FaultKinds(kinds: FaultKind.allCases)

    init(kinds: [FaultKind]) { self.kinds = kinds }

    init?(argument: String) {
        var kinds: [FaultKind] = []
        for name in argument.split(separator: ",") {
            guard let kind = FaultKind(rawValue: String(name)) else { return nil }
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        guard !kinds.isEmpty else { return nil }
        self.kinds = kinds
    }

    var defaultValueDescription: String { "all" }
}
