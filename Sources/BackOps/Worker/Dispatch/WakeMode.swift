/// How a worker learns of new work, and of claims that were taken away.
package enum WakeMode: Sendable {
    /// The database tells it.
    case listens
    /// It asks again and again.
    case asks
}
