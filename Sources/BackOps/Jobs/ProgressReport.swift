/// The last report of progress of an action; of many, only the last one is written.
package struct ProgressReport: Sendable, Hashable {
    package let progress: Double
    package let note: String?

    package init(progress: Double, note: String?) {
        self.progress = progress
        self.note = note
    }
}
