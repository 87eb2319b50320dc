/// The plans that operations of a history can have.
package struct PlanCatalog: Sendable {
    /// The versions of every plan that can be registered, by name.
    package let registered: [String: [SamplePlan]]

    /// The names that are registered, in their first version, before a history begins.
    package let known: [String]

    /// Plans that come with an INSERT.
    package let own: [SamplePlan]

    /// The globals of operations of a name that are secret.
    package let secretKeys: [String: String]

    package init(
        registered: [String: [SamplePlan]],
        known: [String],
        own: [SamplePlan] = [],
        secretKeys: [String: String] = [:]
    ) {
        self.registered = registered
        self.known = known
        self.own = own
        self.secretKeys = secretKeys
    }

    func plan(of definition: Definition) -> SamplePlan {
        registered[definition.name, default: []][definition.version]
    }
}
