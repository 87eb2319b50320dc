import ArgumentParser
import BackOps

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

    /// The numbers of the newest operations.
    static let operationIDs = CompletionKind.custom { words, _, prefix async in
        await DatabaseCompletion.complete(words, prefix) { client in
            try await client.operations.all(limit: 100).map { "\($0.id)" }
        }
    }
}
