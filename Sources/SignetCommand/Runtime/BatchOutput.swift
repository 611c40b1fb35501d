// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import GatewayClient
internal import NIOCore

/// Writes the results of a batch to standard output, and counts them.
struct BatchOutput {
    private let urls: Bool
    private(set) var signed = 0
    private(set) var failed = 0
    private var isComplete = false
    private var problem: String?

    private struct Summary: Decodable {
        let complete: Bool
    }

    private struct Problem: Decodable {
        let code: String
        let detail: String
    }

    init(urls: Bool) {
        self.urls = urls
    }

    /// Writes some lines.
    mutating func write(_ lines: BatchResults.Lines) throws {
        var output: [UInt8] = []
        var failures: [UInt8] = []
        lines.forEach { line in
            switch line.kind {
            case .signed:
                signed += 1
                if urls, let url = line.url {
                    output.append(contentsOf: url)
                    output.append(UInt8(ascii: "\n"))
                }
            case .failed:
                failed += 1
                if urls {
                    failures.append(contentsOf: line.bytes)
                    failures.append(UInt8(ascii: "\n"))
                }
            case .summary: isComplete = line.decode(Summary.self)?.complete ?? false
            case .problem: problem = line.decode(Problem.self).map { "\($0.code): \($0.detail)" }
            case .shared, .other: break
            }
        }
        if urls {
            if !failures.isEmpty { try FileHandle.standardError.write(contentsOf: failures) }
            try FileHandle.standardOutput.write(contentsOf: output)
        } else {
            try FileHandle.standardOutput.write(contentsOf: lines.bytes.readableBytesView)
        }
    }

    /// Ends as the batch did.
    func finish() throws {
        if let problem { throw CommandError(problem) }
        guard isComplete else { throw CommandError("the answer broke off without its summary") }
        if failed > 0 { throw ExitCode.failure }
    }
}
