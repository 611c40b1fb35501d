// SPDX-License-Identifier: Apache-2.0

/// What `signet-bench batch` found.
struct BatchReport {
    /// One batch.
    struct Run {
        let seconds: Double
        /// Seconds until the first bytes of the answer.
        let first: Double
        /// Seconds of having it signed again; `nil`: not tried.
        let refresh: Double?
        /// Microseconds of processor time for each URL.
        let client: Double
        let gateway: Double
        let worker: Double
        let broker: Double
    }

    /// All batches of one size.
    struct Row: Encodable {
        struct Processor: Encodable {
            let client: Double
            let gateway: Double
            let worker: Double
            let broker: Double
        }

        let items: Int
        let rate: Sample
        let first: Double
        /// URLs a second of a refresh.
        let refresh: Double?
        /// MiB that the gateway ever held up to here.
        let gatewayMemory: Double
        let processor: Processor
        var single: Requests?
        var peerRatio: Double?

        init(items: Int, runs: [Run], gatewayMemory: Double) {
            self.items = items
            rate = Sample(runs.map { Double(items) / $0.seconds })
            first = Sample(runs.map { $0.first * 1_000 }).median
            let refreshes = runs.compactMap(\.refresh)
            refresh = refreshes.isEmpty ? nil : Sample(refreshes.map { Double(items) / $0 }).median
            self.gatewayMemory = gatewayMemory
            processor = Processor(
                client: Sample(runs.map(\.client)).median,
                gateway: Sample(runs.map(\.gateway)).median,
                worker: Sample(runs.map(\.worker)).median,
                broker: Sample(runs.map(\.broker)).median
            )
        }

        enum CodingKeys: String, CodingKey {
            case name, items
            case rate = "urls_per_s"
            case first = "first_ms"
            case refresh = "refresh_urls_per_s"
            case gatewayMemory = "gateway_rss_mb"
            case processor = "cpu_us_per_url"
            case single
            case peerRatio = "peer_ratio"
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode("ndjson", forKey: .name)
            try line.encode(items, forKey: .items)
            try line.encode(rate.median, forKey: .rate)
            try line.encode(first, forKey: .first)
            try line.encodeIfPresent(refresh, forKey: .refresh)
            try line.encode(gatewayMemory, forKey: .gatewayMemory)
            try line.encode(processor, forKey: .processor)
            try line.encodeIfPresent(single, forKey: .single)
            try line.encodeIfPresent(peerRatio, forKey: .peerRatio)
        }
    }

    /// Single requests, milliseconds.
    struct Requests: Encodable {
        let alone: Double
        let beside: Double
        let ratio: Double

        init(alone: [Double], beside: [Double]) {
            self.alone = alone.quantile(0.95)
            self.beside = beside.quantile(0.95)
            ratio = self.alone > 0 ? self.beside / self.alone : 0
        }

        enum CodingKeys: String, CodingKey {
            case alone = "p95_alone_ms"
            case beside = "p95_beside_ms"
            case ratio
        }
    }

    let processor: String
    let broker: String
    let rounds: Int
    var rows: [Row] = []
    var requests: Requests?
    /// URLs a second that the peer signs.
    var peer: Double?

    /// The largest batch has what was measured beside it.
    var lines: [Row] {
        var rows = rows
        if let last = rows.indices.last {
            rows[last].single = requests
            rows[last].peerRatio = peer.map { rows[last].rate.median / $0 }
        }
        return rows
    }

    var text: String {
        let number = SigningReport.number
        var lines = [
            "\(processor), \(broker), median of \(rounds) rounds", "",
            "| items | URLs/s (least to most) | refreshed/s | first line (ms) | gateway, peak (MiB) | client | gateway | worker | broker |",
            "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for row in rows {
            lines.append(
                "| \(row.items) | \(number(row.rate.median, 0)) (\(number(row.rate.least, 0))–\(number(row.rate.most, 0))) "
                    + "| \(row.refresh.map { number($0, 0) } ?? "") | \(number(row.first, 1)) | \(number(row.gatewayMemory, 0)) | \(number(row.processor.client, 2)) "
                    + "| \(number(row.processor.gateway, 2)) | \(number(row.processor.worker, 2)) "
                    + "| \(number(row.processor.broker, 2)) |"
            )
        }
        lines += ["", "Last four columns: microseconds of processor time for each URL."]
        if let last = rows.last {
            lines.append("Target 150,000 URLs/s, floor 80,000: \(last.rate.median >= 150_000 ? "met" : "MISSED").")
        }
        if let requests {
            lines.append(
                "Single requests, p95: \(number(requests.alone, 2)) ms alone, \(number(requests.beside, 2)) ms beside the "
                    + "largest batch, ratio \(number(requests.ratio, 2)) (at most 3: "
                    + "\(requests.ratio <= 3 ? "met" : "MISSED"))."
            )
        }
        if let peer, let last = rows.last {
            lines.append(
                "FastAPI with boto3, two processes: \(number(peer, 0)) URLs/s; Signet is "
                    + "\(number(last.rate.median / peer, 0)) times as fast."
            )
        }
        return lines.joined(separator: "\n")
    }
}
