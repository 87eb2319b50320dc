extension Conninfo {
    /// Returns one set of keywords for libpq per attempt to make, in order.
    ///
    /// libpq goes through a list of hosts itself, but its non-blocking interface has no time limit per host:
    /// one that swallows packets would use up the time of all. So each host is an attempt of its own.
    func targets(_ options: PQOptions) -> [[String: String]] {
        let base = withDefaults(options)
        guard values["service"] == nil else { return [base] }
        let defaults = Self.defaults()
        func list(_ keyword: String) -> [String] {
            guard let text = values[keyword] ?? defaults[keyword], !text.isEmpty else { return [] }
            return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let hosts = list("host")
        let addresses = list("hostaddr")
        let ports = list("port")
        let count = max(hosts.count, addresses.count)
        // Lists that do not fit together are left for libpq to complain about.
        guard count > 1, ports.count <= 1 || ports.count == count else { return [base] }
        guard hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count else { return [base] }
        let single = (0..<count).map { index in
            var target = base
            if !hosts.isEmpty { target["host"] = hosts[index] }
            if !addresses.isEmpty { target["hostaddr"] = addresses[index] }
            if ports.count > 1 { target["port"] = ports[index] }
            return target
        }
        return inOrder(single, wish: values["target_session_attrs"] ?? defaults["target_session_attrs"])
    }

    /// Adds what this module wants unless the connection string says otherwise.
    private func withDefaults(_ options: PQOptions) -> [String: String] {
        var target = values
        target["client_encoding"] = "UTF8"
        if target["fallback_application_name"] == nil, let name = options.applicationName {
            target["fallback_application_name"] = name
        }
        let keepalives = [
            "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
            "tcp_user_timeout": "10000",
        ]
        target.merge(keepalives) { given, _ in given }
        return target
    }

    /// Keeps libpq's two rules about the order of hosts, which need to see the whole list.
    private func inOrder(_ single: [[String: String]], wish: String?) -> [[String: String]] {
        var ordered = single
        if values["load_balance_hosts"] == "random" { ordered.shuffle() }
        guard wish == "prefer-standby" else { return ordered }
        func pass(_ attributes: String) -> [[String: String]] {
            ordered.map { $0.merging(["target_session_attrs": attributes]) { _, new in new } }
        }
        return pass("standby") + pass("any")
    }
}
