package import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension BackOpsDatabase {
    /// What the environment says, else libpq's own variables and defaults.
    ///
    /// | Variable | Means |
    /// | --- | --- |
    /// | `BACKOPS_DATABASE_URL` | how to connect: a URL, or keywords and values |
    /// | `BACKOPS_SCHEMA` | the schema's name; `backops` without it |
    /// | `BACKOPS_PREPARED_STATEMENTS` | `off` behind a pooler in transaction mode; else `on` |
    /// | `BACKOPS_LISTEN_URL` | how to connect for LISTEN, past the pooler; `off` where there is no such way |
    ///
    /// It throws ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` for a value that is none of these, and
    /// `PQError` for a connection string that libpq cannot read.
    public static var environment: BackOpsDatabase {
        get throws { try BackOpsDatabase(overriding: ProcessInfo.processInfo.environment) }
    }

    /// Takes what is given, and the rest from the variables of an environment.
    package init(
        conninfo: String? = nil,
        schema: String? = nil,
        overriding variables: [String: String]
    ) throws {
        try self.init(
            conninfo ?? variables["BACKOPS_DATABASE_URL"] ?? "",
            schema: schema ?? variables["BACKOPS_SCHEMA"] ?? "backops"
        )
        switch variables["BACKOPS_PREPARED_STATEMENTS"] {
        case nil, "", "on": break
        case "off": options.preparedStatements = false
        case let other?:
            throw BackOpsError.invalidConfiguration(
                "BACKOPS_PREPARED_STATEMENTS",
                "must be on or off, not \"\(other)\"."
            )
        }
        switch variables["BACKOPS_LISTEN_URL"] {
        case nil, "": break
        case "off": listens = false
        case let url?: try listen(through: url)
        }
    }

    /// Leads LISTEN past the pooler.
    package mutating func listen(through conninfo: String) throws(PQError) {
        let direct = PQOptions(conninfo)
        try direct.validate()
        listenOptions = direct
        listens = true
    }
}
