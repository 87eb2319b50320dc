/// The definition of an operation: its name and its branches of actions.
///
/// The value holds what its actions need; bare actions form the branch `main`, where the operation starts.
///
/// ```swift
/// struct Fulfilment: OperationDefinition {
///     let shop: any Shop
///
///     var branches: [Branch] {
///         ChargeCreditCard(shop: shop).retry(.exponential(maxAttempts: 5)).mayJump(to: .red)
///         SendEmailReceipt(shop: shop)
///
///         Branch(.red) { SetupRedSubscription() }
///     }
/// }
/// ```
///
/// The plan is copied into the database when an operation is enqueued, so a new version of the definition
/// does not change operations in flight.
public protocol OperationDefinition: Sendable {
    /// The name under which operations are stored.
    ///
    /// By default the type's name without its module: `Billing.Charge` for a nested type. Types that are
    /// private or local to a function have no stable name and must set one.
    static var name: String { get }

    /// Names that the operation had before, so that rows that carry them still run. None by default.
    static var formerNames: [String] { get }

    /// The branches, in the order in which their actions are numbered.
    @BranchBuilder var branches: [Branch] { get }

    /// How many operations of this definition go on at once: `.exclusive(by: .customer)`. As many as there are by default.
    var limit: OperationLimit? { get }
}

extension OperationDefinition {
    /// The type's name without its module.
    public static var name: String { TypeName.of(Self.self) }

    /// No former names.
    public static var formerNames: [String] { [] }

    /// No limit.
    public var limit: OperationLimit? { nil }
}
