// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(3))) struct ChildProcessTests {
    private func bash(_ script: String, input: Data = Data()) throws -> ChildProcess {
        try ChildProcess("bash", ["-c", script], input: input)
    }

    @Test func tellsBothOutputsAndTheExitCode() async throws {
        let (status, stdout, stderr) = try await runToEnd("bash", ["-c", "echo out; printf err >&2; exit 3"])
        #expect(status == .exited(code: 3))
        #expect(stdout == Data("out\n".utf8))
        #expect(stderr == Data("err".utf8))
    }

    @Test func givesTheInputAndThenItsEnd() async throws {
        let input = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let (status, stdout, _) = try await runToEnd("cat", input: input)
        #expect(status.isSuccess)
        #expect(stdout.count == input.count)
        // A comparison apart: the differences of large values take forever to tell.
        let same = stdout == input
        #expect(same)
        let (_, nothing, _) = try await runToEnd("cat")
        #expect(nothing.isEmpty)
    }

    @Test func takesMuchFromBothOutputsAtOnce() async throws {
        let script = "head -c 4000000 /dev/zero >&2; head -c 4000000 /dev/zero; head -c 4000000 /dev/zero >&2"
        let (status, stdout, stderr) = try await runToEnd("bash", ["-c", script])
        #expect(status.isSuccess)
        #expect(stdout.count == 4_000_000)
        #expect(stderr.count == 8_000_000)
    }

    @Test func passesTheEnvironmentThatItIsGiven() async throws {
        let (_, exact, _) = try await runToEnd("/usr/bin/env", environment: .exactly(["A": "1"]))
        #expect(exact == Data("A=1\n".utf8))
        let (_, more, _) = try await runToEnd("/usr/bin/env", environment: .inherited(adding: ["SIGNET_X": "é"]))
        let lines = String(decoding: more, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains("SIGNET_X=é"))
        #expect(lines.contains { $0.hasPrefix("PATH=") })
        #expect(lines.allSatisfy { !$0.hasPrefix("AWS_") })
    }

    /// A broker's socket that lives on in a child keeps its port, and answers nobody.
    @Test func passesNoDescriptorsButTheThreeOfEveryProcess() async throws {
        // Open in every child that is started without care: not closed on exec.
        let descriptor = dup(0)
        try #require(descriptor > 2)
        defer { close(descriptor) }
        // The last of them is the directory that is read.
        let (status, stdout, _) = try await runToEnd("ls", ["/proc/self/fd"])
        #expect(status.isSuccess)
        #expect(String(decoding: stdout, as: UTF8.self).split(separator: "\n") == ["0", "1", "2", "3"])
    }

    @Test func namesAProgramThatIsNotThere() async {
        let error = #expect(throws: TestSupportError.self) { try ChildProcess("no-such-program") }
        #expect(error?.description.contains("no-such-program") == true)
        #expect(throws: TestSupportError.self) { try ChildProcess("/no/such/program") }
    }

    @Test func tellsEveryLineToWhoeverComesLate() async throws {
        let process = try bash(#"printf 'one\n\ntw\xffo\nlast'"#)
        _ = try await process.finish()
        for _ in 0..<2 {
            var lines: [String] = []
            for await line in process.stdout.lines { lines.append(line) }
            #expect(lines == ["one", "", "tw\u{fffd}o", "last"])
        }
    }

    @Test func waitsForALineThatIsStillToCome() async throws {
        // The child goes on only when it sees the file that is made after its first line.
        let signal = FileManager.default.temporaryDirectory.appendingPathComponent("go-\(UUID().uuidString)")
        #expect(mkfifo(signal.path, 0o600) == 0)
        defer { try? FileManager.default.removeItem(at: signal) }
        let process = try bash("echo ready 1; read -r word < \(signal.path); echo $word >&2")
        #expect(try await process.waitForLine { $0.hasPrefix("ready") } == "ready 1")
        async let answer = process.waitForLine(on: .stderr) { $0 == "go" }
        try Data("go\n".utf8).write(to: signal, options: [])
        #expect(try await answer == "go")
        #expect(try await process.exitStatus() == .exited(code: 0))
    }

    @Test func failsWithTheLastWordsWhenTheLineCannotComeAnyMore() async throws {
        let process = try bash("echo other; echo because >&2; exit 9")
        let error = await #expect(throws: TestSupportError.self) {
            try await process.waitForLine { $0.hasPrefix("ready") }
        }
        #expect(error?.description.contains("because") == true)
        #expect(error?.description.contains("9") == true)
    }

    @Test func asksItToEnd() async throws {
        // Not bash: its trap can be lost while it starts another process.
        let script = """
            import signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            print("ready", flush=True)
            signal.sigwait([signal.SIGTERM])
            print("bye")
            sys.exit(4)
            """
        let process = try ChildProcess("python3", ["-c", script])
        _ = try await process.waitForLine { $0 == "ready" }
        process.terminate()
        #expect(try await process.finish() == .exited(code: 4))
        #expect(process.stdout.text == "ready\nbye\n")
        process.terminate()
    }

    @Test func killsItWithAllThatItStarted() async throws {
        let process = try bash("tail -f /dev/null & echo ready; wait")
        _ = try await process.waitForLine { $0 == "ready" }
        process.kill()
        #expect(try await process.exitStatus() == .signalled(SIGKILL))
        // The other program holds the same output: it ends only with both.
        #expect(try await process.stdout.complete() == Data("ready\n".utf8))
    }

    @Test func leavesNothingBehindOfAProgramThatEnds() async throws {
        let (status, stdout, _) = try await runToEnd("bash", ["-c", "tail -f /dev/null & echo $!"])
        #expect(status.isSuccess)
        #expect(!stdout.isEmpty)
    }

    @Test func endsWithItsScope() async throws {
        let process = try await withChildProcess("tail", ["-f", "/dev/null"]) { $0 }
        #expect(try await process.exitStatus() == .signalled(SIGKILL))
    }

    @Test func endsWithItsScopeWhenTheBodyThrows() async throws {
        let (processes, started) = AsyncStream.makeStream(of: ChildProcess.self)
        await #expect(throws: CancellationError.self) {
            try await withChildProcess("tail", ["-f", "/dev/null"]) { process in
                started.yield(process)
                started.finish()
                throw CancellationError()
            }
        }
        for await process in processes {
            #expect(try await process.exitStatus() == .signalled(SIGKILL))
        }
    }

    @Test func endsWithItsLastReference() async throws {
        var process: ChildProcess? = try ChildProcess("tail", ["-f", "/dev/null"])
        let stdout = try #require(process).stdout
        process = nil
        #expect(try await stdout.complete().isEmpty)
    }

    @Test func runsManyAtOnce() async throws {
        let sums = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<40 {
                group.addTask {
                    let (_, stdout, _) = try await runToEnd("bash", ["-c", "cat; echo $((\(number) * 2))"])
                    return (number, String(decoding: stdout, as: UTF8.self))
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(sums == Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, "\($0 * 2)\n") }))
    }
}
