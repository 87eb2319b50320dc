import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The setting of a limit or of a rate, as commands show it.
protocol ShownSetting {
    associatedtype Number: CustomStringConvertible
    var name: String { get }
    /// What holds, in a few words.
    var words: String { get }
    var declared: Number? { get }
    var isSetByHand: Bool { get }
    var setBy: String? { get }
    var setAt: Date? { get }
    var reason: String? { get }
    var json: JSONValue { get }
}

extension ShownSetting {
    private var insteadOfPlan: String { declared.map { ", instead of \($0)" } ?? "" }

    /// `by ann, 3m ago, instead of 20: they ask us to go slowly`; nothing where nobody has set it.
    func hand(now: Date) -> String {
        guard let setAt else { return "" }
        return "by \(setBy ?? "—"), \(Ago.sentence(setAt, now: now))\(insteadOfPlan)"
            + (reason.map { ": \($0)" } ?? "")
    }

    /// Writes what holds now, `stripe: 5 at once, instead of 20`, and says how to take it back.
    ///
    /// The kind is the command that has set it, too; the others are the names that are known, where this one was not.
    func write(_ kind: String, others: [String]?, _ output: OutputOptions) {
        if let others {
            let near = Spelling.nearest(to: name, in: others).map { "; did you mean \($0)?" } ?? ""
            StandardStream.error.say("no plan has named the \(kind) \(name) yet\(near)", output.messageStyle)
        }
        guard !output.json else { return StandardStream.output.writeLine(json.description) }
        StandardStream.output.writeLine(
            "\(Sanitised.line(name)): \(words)\(isSetByHand ? insteadOfPlan : "")"
        )
        if isSetByHand, declared != nil {
            StandardStream.error.say(
                "as the plan says again: `\(Program.name) \(kind) \(ShellWord.quoted(name)) --reset`",
                output.messageStyle
            )
        }
    }
}
