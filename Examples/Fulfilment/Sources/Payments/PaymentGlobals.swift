import BackOps

extension GlobalKey where Value == String {
    /// The number of the order.
    public static var order: Self { "order" }

    /// Who has ordered.
    public static var customer: Self { "customer" }

    /// The payment's id, once it was taken; what a refund gives back.
    public static var payment: Self { "payment" }
}

extension GlobalKey where Value == Int {
    /// How much it costs.
    public static var cents: Self { "cents" }
}

extension GlobalKey where Value == Decision {
    /// What was decided about a refund.
    public static var decision: Self { "decision" }
}
