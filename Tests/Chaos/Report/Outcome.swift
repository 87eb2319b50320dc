/// What a run says of the guarantees.
enum Outcome: String, Codable, Sendable {
    case held
    case violated
    /// It attacked too little to say anything.
    case doesNotCount = "does not count"

    var exitCode: Int32 {
        switch self {
        case .held: 0
        case .violated: 1
        case .doesNotCount: 2
        }
    }
}
