import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Settings that the engine has to bear, all at once and for every role and database: as far from the usual as values go.
///
/// `Whatever a session sets` in BackOpsTests tries all others, by rule. Not here is what changes the meaning of the tests' own
/// statements, or ends them.
enum HostileSettings {
    /// Names the variable that, set to `hostile`, makes a private server have them.
    static let variable = "BACKOPS_TEST_SETTINGS"

    /// Names and values; those that a version does not have are left out.
    private static let values = [
        // How text is read.
        "standard_conforming_strings": "off", "backslash_quote": "off", "check_function_bodies": "off",
        "plpgsql.extra_errors": "all", "plpgsql.variable_conflict": "use_column",
        "search_path": "nowhere",
        // How values are written.
        "quote_all_identifiers": "on", "DateStyle": "SQL, DMY", "IntervalStyle": "sql_standard",
        "TimeZone": "Asia/Kathmandu", "bytea_output": "escape", "extra_float_digits": "0", "xmlbinary": "hex",
        "default_text_search_config": "pg_catalog.german", "timezone_abbreviations": "India",
        // What transactions and rows are like.
        "default_transaction_deferrable": "on", "row_security": "off", "lo_compat_privileges": "on",
        // How statements are planned.
        "plan_cache_mode": "force_generic_plan", "constraint_exclusion": "on", "join_collapse_limit": "1",
        "from_collapse_limit": "1", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_sort": "off",
        "enable_memoize": "off", "enable_material": "off", "random_page_cost": "1000", "work_mem": "64kB",
        "cursor_tuple_fraction": "0", "effective_cache_size": "8kB",
    ]

    /// Sets them, if the environment asks for it.
    static func apply(to conninfo: String) async throws {
        switch ProcessInfo.processInfo.environment[variable] {
        case nil, "": return
        case "hostile": break
        case let other?: throw PQError(.misuse, "\(variable) is \(other), but can only be hostile.")
        }
        let connection = try await PQConnection.connect(PQOptions(conninfo))
        // Its settings are among those of the server once it is loaded.
        try await connection.script("load 'plpgsql'")
        let known = try await connection.query(
            "select name from pg_settings where name = any (\(Array(values.keys)))"
        )
        for name in try known.map({ try $0.decode(0, as: String.self) }) {
            guard let value = values[name] else { continue }
            try await connection.script("alter role all set \(name) = '\(value)'")
        }
        await connection.close()
    }
}
