/// A point on the clock of this process.
///
/// The worker's decisions take it as an argument and never read the clock, so that tests and simulations choose it.
package typealias Instant = ContinuousClock.Instant
