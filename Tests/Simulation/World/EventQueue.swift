/// What is to happen, in the order of its time; what is to happen at the same time, in the order in which it was added.
struct EventQueue {
    typealias Body = () -> Void

    private struct Entry {
        let moment: Moment
        let number: Int
        /// Where its body is.
        let place: Int

        func comes(before other: Entry) -> Bool {
            moment != other.moment ? moment < other.moment : number < other.number
        }
    }

    /// A binary heap, apart from the bodies, which would have to be counted each time that an entry moves.
    private var entries: [Entry] = []
    private var bodies: [Body?] = []
    private var freePlaces: [Int] = []
    private var added = 0

    mutating func add(at moment: Moment, _ body: @escaping Body) {
        let place = freePlaces.popLast() ?? bodies.count
        if place == bodies.count { bodies.append(body) } else { bodies[place] = body }
        entries.append(Entry(moment: moment, number: added, place: place))
        added += 1
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].comes(before: entries[parent]) else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    mutating func takeFirst() -> (moment: Moment, body: Body)? {
        guard let first = entries.first, let body = bodies[first.place].take() else { return nil }
        freePlaces.append(first.place)
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (first.moment, body)
    }

    private mutating func sink() {
        let count = entries.count
        var index = 0
        while true {
            var least = index
            let left = 2 * index + 1
            if left < count, entries[left].comes(before: entries[least]) { least = left }
            if left + 1 < count, entries[left + 1].comes(before: entries[least]) { least = left + 1 }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
