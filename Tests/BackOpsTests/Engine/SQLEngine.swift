import BackOpsTestingTraits
import Testing

/// The rules of the engine, told and tested through its SQL functions alone.
@Suite(.backops, .timeLimit(.minutes(10))) enum SQLEngine {}
