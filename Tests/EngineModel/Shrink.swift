/// Deletes elements for as long as what is left still fails (ddmin).
///
/// - Parameters:
///   - elements: A list that fails.
///   - fails: Runs a shorter one, which may be empty.
/// - Returns: A list that fails, of which no single element can be left out.
/// - Throws: What running throws.
package func shrink<Element>(
    _ elements: [Element],
    whileFailing fails: ([Element]) throws -> Bool
) rethrows -> [Element] {
    var elements = elements
    var size = max(elements.count / 2, 1)
    while true {
        var start = 0
        var isShorter = false
        while start < elements.count {
            var candidate = elements
            candidate.removeSubrange(start..<min(start + size, elements.count))
            if try fails(candidate) {
                elements = candidate
                isShorter = true
            } else {
                start += size
            }
        }
        if size == 1, !isShorter { return elements }
        size = max(size / 2, 1)
    }
}
