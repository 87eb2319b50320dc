/// Deletes commands for as long as the history still fails (ddmin).
///
/// - Parameters:
///   - history: A history that fails.
///   - fails: Runs a shorter one.
/// - Returns: A history that fails, of which no single command can be left out.
/// - Throws: What running throws.
func shrink(_ history: History, whileFailing fails: (History) throws -> Bool) rethrows -> History {
    var history = history
    var size = max(history.count / 2, 1)
    while true {
        var start = 0
        var isShorter = false
        while start < history.count {
            var candidate = history
            candidate.removeSubrange(start..<min(start + size, history.count))
            if try !candidate.isEmpty && fails(candidate) {
                history = candidate
                isShorter = true
            } else {
                start += size
            }
        }
        if size == 1, !isShorter { return history }
        size = max(size / 2, 1)
    }
}
