// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation
internal import GRDB
internal import SwiftProtobuf
internal import Synchronization

/// The facts of jobs by their ids, in SQLite: written with the offsets that they came from in one transaction, so that
/// reading goes on where it stopped; without a file, or with a lost one, all is read from Kafka again.
///
/// Holds no URL and no key: results stay on Kafka.
package final class JobStateIndex: Sendable {
    private let database: DatabaseQueue
    /// Milliseconds that facts are kept behind their jobs' deadlines.
    private let retention: Int64
    private let current = Atomic<Bool>(false)
    private let waiters = Mutex<[String: [UInt64: CheckedContinuation<Void, Never>]]>([:])
    private let lastWaiter = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - path: Of the file; `nil`: in memory.
    ///   - retention: How long a job is known behind its deadline.
    package init(path: String?, retention: Duration) throws(GatewayError) {
        self.retention = retention.milliseconds
        do {
            var configuration = Configuration()
            configuration.label = "job-states"
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                // All of it can be read again, so a crash of the machine may cost the latest facts.
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
            }
            database =
                try path.map { try DatabaseQueue(path: $0, configuration: configuration) }
                ?? DatabaseQueue(configuration: configuration)
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS facts(
                            job TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, rank INTEGER NOT NULL,
                            at INTEGER NOT NULL, forget INTEGER NOT NULL, PRIMARY KEY(job, name)
                        ) WITHOUT ROWID;
                        CREATE INDEX IF NOT EXISTS facts_by_end ON facts(forget);
                        CREATE TABLE IF NOT EXISTS positions(partition INTEGER PRIMARY KEY, next INTEGER NOT NULL);
                        """
                )
            }
        } catch {
            throw GatewayError(
                .invalidConfiguration,
                message: "the index of job states cannot be opened in gateway.stateDirectory; "
                    + "make the directory writable, remove a damaged file, or unset it",
                cause: error
            )
        }
    }

    // MARK: Writing

    /// Takes facts in, and where reading is to go on. Of several of one name the same one stays whatever their order: the
    /// one that says most, else the first.
    ///
    /// - Parameter positions: The next offset of each partition of the topic.
    package func add(_ facts: [(fact: JobFact, at: Int64)], positions: [Int32: Int64] = [:]) {
        try? database.write { try write(facts, positions, to: $0) }
        wake(facts)
    }

    /// Takes many facts in as ``add(_:positions:)`` does, on the database's own thread.
    func load(_ facts: [(fact: JobFact, at: Int64)], positions: [Int32: Int64]) async {
        try? await database.write { [self] in try write(facts, positions, to: $0) }
        wake(facts)
    }

    private func write(
        _ facts: [(fact: JobFact, at: Int64)],
        _ positions: [Int32: Int64],
        to database: Database
    ) throws {
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO facts(job, name, value, rank, at, forget) VALUES(?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET
                    value = excluded.value, rank = excluded.rank, at = excluded.at, forget = excluded.forget
                WHERE excluded.rank > rank OR excluded.rank = rank AND excluded.at < at
                """
        )
        for (fact, time) in facts {
            let value: [UInt8] = try fact.serializedBytes()
            try insert.execute(
                arguments: [
                    fact.jobID, fact.name, Data(value), fact.rank, time, end(of: fact, at: time),
                ]
            )
        }
        let move = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO positions(partition, next) VALUES(?, ?)"
        )
        for (partition, next) in positions { try move.execute(arguments: [partition, next]) }
    }

    private func wake(_ facts: [(fact: JobFact, at: Int64)]) {
        let woken = waiters.withLock { waiters in
            facts.flatMap { waiters.removeValue(forKey: $0.fact.jobID).map { Array($0.values) } ?? [] }
        }
        for waiter in woken { waiter.resume() }
    }

    /// When a fact is forgotten, Unix milliseconds.
    private func end(of fact: JobFact, at time: Int64) -> Int64 {
        let deadline: Int64 =
            switch fact.fact {
            case .accepted(let accepted): accepted.deadlineMs
            case .chunkDone(let done): done.deadlineMs
            // It says nothing of the job's end, which may lie as far as that.
            case .cancelled, .uploadBegun, .uploadProgress, nil: time.addingReportingOverflow(86_400_000).partialValue
            }
        return deadline.addingReportingOverflow(retention).partialValue
    }

    /// Forgets jobs whose time is over.
    package func trim(now: Int64) {
        try? database.write { try $0.execute(sql: "DELETE FROM facts WHERE forget < ?", arguments: [now]) }
    }

    /// Forgets all: the topic is another one than before.
    func clear() {
        try? database.write { try $0.execute(sql: "DELETE FROM facts; DELETE FROM positions") }
    }

    // MARK: Reading

    /// Whether all that was told before this gateway started has been read.
    package var isCurrent: Bool {
        get { current.load(ordering: .acquiring) }
        set { current.store(newValue, ordering: .releasing) }
    }

    /// Where reading goes on, by partition.
    package func positions() -> [Int32: Int64] {
        let rows = try? database.read { try Row.fetchAll($0, sql: "SELECT partition, next FROM positions") }
        return Dictionary((rows ?? []).map { (Int32(clamping: $0["partition"] as Int64), $0["next"] as Int64) }) { $1 }
    }

    /// What is known of a tenant's job.
    package func record(of id: JobID, tenant: String, now: Int64) throws(JobStateError) -> JobRecord? {
        let rows: [Row]
        do {
            rows = try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: "SELECT value, at FROM facts WHERE job = ? AND forget >= ?",
                    arguments: [id.description, now]
                )
            }
        } catch {
            throw .unavailable
        }
        var fold = JobFold()
        for row in rows {
            guard let fact = try? JobFact(serializedBytes: row["value"] as Data) else { continue }
            fold.add(fact, at: row["at"])
        }
        return fold.tenant == tenant ? fold.record(of: id, now: now) : nil
    }

    /// Waits until something is told of a job, or for so long.
    ///
    /// - Parameter isFirst: Whether it does not wait for a job of which something is known.
    func waitForFact(of id: JobID, isFirst: Bool, atMost patience: Duration) async {
        let number = lastWaiter.add(1, ordering: .relaxed).newValue
        let job = id.description
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await withCheckedContinuation { continuation in
                    waiters.withLock { $0[job, default: [:]][number] = continuation }
                    // It came between the question and the wait, or the wait ended before it began.
                    if isFirst && isKnown(job) || Task.isCancelled { wake(job, number) }
                }
            }
            group.addTask { [self] in
                try? await Task.sleep(for: patience)
                wake(job, number)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func isKnown(_ job: String) -> Bool {
        (try? database.read { database in
            try Bool.fetchOne(database, sql: "SELECT EXISTS(SELECT 1 FROM facts WHERE job = ?)", arguments: [job])
        }) ?? false
    }

    private func wake(_ job: String, _ number: UInt64) {
        let waiter = waiters.withLock { waiters in
            let waiter = waiters[job]?.removeValue(forKey: number)
            if waiters[job]?.isEmpty == true { waiters[job] = nil }
            return waiter
        }
        waiter?.resume()
    }
}
