import ArgumentParser
import BackOps
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Completes words from the database that the rest of the command line leads to.
///
/// Where that does not answer within a second, there is nothing to complete; a shell is no place for messages.
enum DatabaseCompletion {
    static func complete(
        _ words: [String],
        _ prefix: String,
        _ candidates: (BackOpsClient) async throws -> [String]
    ) async -> [String] {
        do {
            var database = try BackOpsDatabase(
                conninfo: value(of: ["--database", "-d"], in: words),
                schema: value(of: ["--schema"], in: words),
                overriding: ProcessInfo.processInfo.environment
            )
            database.options.connectTimeout = .seconds(1)
            database.options.queryTimeout = .seconds(1)
            let client = BackOpsClient(database)
            let found: [String]
            do { found = try await candidates(client) } catch { found = [] }
            await client.close()
            return found.filter { $0.hasPrefix(prefix) }
        } catch {
            return []
        }
    }

    /// The number that was typed last, in front of the word that is being completed.
    static func lastID(in words: [String], except prefix: String) -> Int64? {
        words.dropLast(words.last == prefix ? 1 : 0).last { (try? OperationID.parse($0)) != nil }.flatMap {
            try? OperationID.parse($0)
        }
    }

    /// The newest operations of the name that was typed: behind --name, or behind `enqueue`.
    static func examples(_ words: [String], _ client: BackOpsClient) async throws -> [OperationRecord] {
        let known = Set(try await client.definitionNames())
        let name = value(of: ["--name"], in: words) ?? words.first(where: known.contains)
        let query = client.operations
        return try await (name.map { query.named($0) } ?? query).all(limit: 100)
    }

    /// The keys of globals as they are assigned: with `=` what is text, with `:=` what is not.
    static func assignments(_ records: [OperationRecord]) throws -> [String] {
        var signs: [JSONValue.Key: String] = [:]
        for record in records {
            for (key, value) in try record.globals.members() where signs[key] == nil {
                signs[key] = value.stringValue == nil ? ":=" : "="
            }
        }
        return signs.map { $0.key.text + $0.value }.sorted()
    }

    /// The value of an option, as far as the line has been typed.
    static func value(of names: [String], in words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            if names.contains(word), words.indices.contains(index + 1) { return words[index + 1] }
            for name in names where word.hasPrefix(name + "=") {
                return String(word.dropFirst(name.count + 1))
            }
        }
        return nil
    }
}

extension CompletionKind {
    /// The names that workers registered.
    static let operationNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.definitionNames() }
    }

    /// The queues in which something waits, that are served or paused.
    static let queueNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.queues().map(\.name) }
    }

    /// The groups of failures.
    static let fingerprints = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.failures().map(\.fingerprint) }
    }

    /// The queues that are paused.
    static let pausedQueueNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            try await client.queues().filter { $0.pause != nil }.map(\.name)
        }
    }

    /// The limits.
    static let limitNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.limits().map(\.name) }
    }

    /// The rates.
    static let rateNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.rates().map(\.name) }
    }

    /// The schedules.
    static let scheduleNames = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { try await $0.schedules().map(\.name) }
    }

    /// The labels of the newest operations.
    static let tags = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            Set(try await client.operations.all(limit: 100).flatMap(\.tags)).sorted()
        }
    }

    /// The names of operations, and the numbers of the newest ones.
    static let namesAndIDs = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            try await client.definitionNames() + client.operations.all(limit: 100).map { "\($0.id)" }
        }
    }

    /// Numbers of operations, and behind them the branches and actions of these, or of the name that is selected.
    static let placesOfOperations = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            guard let id = DatabaseCompletion.lastID(in: words, except: prefix) else {
                let name = DatabaseCompletion.value(of: ["--name"], in: words)
                let plans = try await client.definitions().filter { name == nil || $0.name == name }
                let places = plans.flatMap { $0.plan.entries.flatMap { [$0.branch.description, $0.path] } }
                let ids = try await client.operations.all(limit: 100).map { "\($0.id)" }
                return Set(places).sorted() + (name == nil ? ids : [])
            }
            let actions = try await client.actions(of: id)
            return Set(actions.flatMap { [$0.branch.description, "\($0.branch)/\($0.name)"] }).sorted()
        }
    }

    /// Numbers of operations, and behind them the keys of their globals.
    static let globalsOfOperations = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            var query = client.operations
            if let id = DatabaseCompletion.lastID(in: words, except: prefix) { query = query.withIDs([id]) }
            let newest = try await query.all(limit: 100)
            return try DatabaseCompletion.assignments(newest) + newest.map { "\($0.id)" }
        }
    }

    /// The keys of the globals of operations of the name that was typed, or of any.
    static let globals = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            try DatabaseCompletion.assignments(try await DatabaseCompletion.examples(words, client))
        }
    }

    /// The same keys, without a sign behind them.
    static let globalKeys = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            let newest = try await DatabaseCompletion.examples(words, client)
            return Set(try newest.flatMap { try $0.globals.members().keys }).sorted().map(\.text)
        }
    }

    /// The numbers of the newest operations.
    static let operationIDs = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            try await client.operations.all(limit: 100).map { "\($0.id)" }
        }
    }
}
