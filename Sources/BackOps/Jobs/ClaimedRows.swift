package import LibPQ

/// What came of a claim: the jobs that can be read, and those that cannot, whatever the cause.
///
/// One that cannot be read must not cost the others of its batch anything.
package struct ClaimedRows: Sendable {
    package var jobs: [ClaimedJob] = []
    package var unreadable: [(claim: Claim, error: PQError)] = []

    /// The first error of rows that do not even say which claim they are about.
    package var error: PQError?

    /// How many rows there were.
    package let count: Int

    package var isEmpty: Bool { count == 0 }

    /// The claims of the rows that say which one they are about.
    var claims: [Claim] { jobs.map(\.claim) + unreadable.map(\.claim) }

    package init(jobs: [ClaimedJob] = [], unreadable: [(claim: Claim, error: PQError)] = []) {
        self.jobs = jobs
        self.unreadable = unreadable
        count = jobs.count + unreadable.count
    }

    package init(_ rows: PQResult) {
        count = rows.count
        jobs.reserveCapacity(rows.count)
        for row in rows {
            do {
                jobs.append(try ClaimedJob(row))
            } catch {
                note(error, of: row)
            }
        }
    }

    private mutating func note(_ error: PQError, of row: PQRow) {
        do {
            unreadable.append((try Claim(row), error))
        } catch {
            self.error = self.error ?? error
        }
    }
}
