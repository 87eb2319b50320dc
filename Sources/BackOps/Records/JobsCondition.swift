import LibPQ

/// What the server's statistics say of the table of jobs; they lag by about a second.
package struct JobsCondition: Sendable, Hashable {
    /// Rows that were updated or deleted since, and not removed yet.
    package var dead: Int

    package var live: Int

    /// How often it was vacuumed, other than by autovacuum.
    package var vacuums: Int

    /// Whether the role of this session may vacuum the table: its owner, the database's, or from PostgreSQL 17 on who has MAINTAIN.
    package var mayVacuum: Bool

    package init(dead: Int, live: Int, vacuums: Int, mayVacuum: Bool) {
        self.dead = dead
        self.live = live
        self.vacuums = vacuums
        self.mayVacuum = mayVacuum
    }
}

extension JobsCondition {
    init(_ row: PQRow) throws(PQError) {
        dead = try row.decode(0)
        live = try row.decode(1)
        vacuums = try row.decode(2)
        mayVacuum = try row.decode(3)
    }
}
