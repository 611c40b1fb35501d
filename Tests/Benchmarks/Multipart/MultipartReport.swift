// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What `signet-bench multipart` measured; of each round its own figures, of the rounds their median and spread.
struct MultipartReport {
    let processor: String
    let rounds: Int
    /// Milliseconds of each request of each round.
    var begins: [(s3: [Double], signet: [Double])] = []
    /// Milliseconds of a request for 10,000 part URLs, and of the worker's processor for it.
    var parts: [(request: Double, worker: Double)] = []
    /// Uploads that were followed, and the worker's memory, MiB.
    var inFlight = (uploads: 0, memory: 0.0)
    /// Seconds of each.
    var uploads: [(signet: Double, peer: Double)] = []

    init(processor: String, rounds: Int) {
        self.processor = processor
        self.rounds = rounds
    }

    private static func percentile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    private func sample(_ value: ((s3: [Double], signet: [Double])) -> Double) -> Sample { Sample(begins.map(value)) }

    private struct Line: Encodable {
        let name: String
        let figures: [String: Sample]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(name, forKey: Key(stringValue: "name"))
            for (name, sample) in figures { try container.encode(sample.median, forKey: Key(stringValue: name)) }
        }

        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil

            init(stringValue: String) { self.stringValue = stringValue }

            init?(intValue: Int) { nil }
        }
    }

    private var all: [Line] {
        var lines = [
            Line(
                name: "initiate",
                figures: [
                    "p50_ms": sample { Self.percentile($0.signet, 0.5) },
                    "p95_ms": sample { Self.percentile($0.signet, 0.95) },
                    "s3_p50_ms": sample { Self.percentile($0.s3, 0.5) },
                    "s3_p95_ms": sample { Self.percentile($0.s3, 0.95) },
                    "added_p95_ms": sample { Self.percentile($0.signet, 0.95) - Self.percentile($0.s3, 0.95) },
                ]
            ),
            Line(
                name: "parts",
                figures: [
                    "request_ms": Sample(parts.map(\.request)), "worker_cpu_ms": Sample(parts.map(\.worker)),
                ]
            ),
            Line(
                name: "in-flight",
                figures: [
                    "uploads": Sample([Double(inFlight.uploads)]), "worker_rss_mb": Sample([inFlight.memory]),
                ]
            ),
        ]
        if !uploads.isEmpty {
            lines.append(
                Line(
                    name: "upload",
                    figures: [
                        "seconds": Sample(uploads.map(\.signet)), "peer_seconds": Sample(uploads.map(\.peer)),
                        "ratio": Sample(uploads.map { $0.peer / $0.signet }),
                    ]
                )
            )
        }
        return lines
    }

    var lines: [any Encodable] { all }

    var text: String {
        var text = "\(processor), \(rounds) rounds: median (least to most)"
        for line in all {
            text += "\n\(line.name)"
            for (name, sample) in line.figures.sorted(by: { $0.key < $1.key }) {
                text +=
                    "\n  \(name.padding(toLength: 16, withPad: " ", startingAt: 0)) "
                    + String(format: "%9.2f  (%.2f to %.2f)", sample.median, sample.least, sample.most)
            }
        }
        return text
    }
}
