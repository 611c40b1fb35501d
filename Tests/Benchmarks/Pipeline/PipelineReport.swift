// SPDX-License-Identifier: Apache-2.0

/// The figures of `signet-bench pipeline`.
struct PipelineReport {
    /// Jobs of one size, by the worker and by the echo in turns.
    struct Throughput: Encodable {
        let name: String
        let jobs: Sample
        let echo: Sample
        let ratio: Sample
        let urls: Double
        let processor: Double
        let echoProcessor: Double
        /// Milliseconds of round trips at a low rate.
        let trips: [Double]
        /// MiB that the worker holds after each round.
        let memory: [Double]
        let target: PipelineWorkload.Target?

        var isMet: Bool? {
            switch target {
            case .ratio(let least): ratio.median >= least
            case .urls(let least): urls >= least
            case nil: nil
            }
        }

        enum CodingKeys: String, CodingKey {
            case name
            case jobs = "jobs_per_s"
            case echo = "echo_per_s"
            case ratio
            case least = "ratio_least"
            case most = "ratio_most"
            case urls = "urls_per_s"
            case processor = "cpu_us_per_job"
            case echoProcessor = "echo_cpu_us_per_job"
            case p50 = "p50_ms"
            case p95 = "p95_ms"
            case p99 = "p99_ms"
            case memory = "rss_mib"
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(name, forKey: .name)
            try line.encode(jobs.median, forKey: .jobs)
            try line.encode(echo.median, forKey: .echo)
            try line.encode(ratio.median, forKey: .ratio)
            try line.encode(ratio.least, forKey: .least)
            try line.encode(ratio.most, forKey: .most)
            try line.encode(urls, forKey: .urls)
            try line.encode(processor, forKey: .processor)
            try line.encode(echoProcessor, forKey: .echoProcessor)
            try line.encode(trips.quantile(0.5), forKey: .p50)
            try line.encode(trips.quantile(0.95), forKey: .p95)
            try line.encode(trips.quantile(0.99), forKey: .p99)
            try line.encode(memory, forKey: .memory)
        }
    }

    /// Requests over HTTP that wait for their answers, alone and beside bulk work.
    struct Requests: Encodable {
        let name = "http-sync"
        /// Milliseconds.
        let idle: [Double]
        let busy: [Double]
        let kafka: [Double]

        /// Of the medians.
        var ratio: Double { idle.quantile(0.5) / kafka.quantile(0.5) }
        /// Of the 95th percentiles.
        var busyRatio: Double { busy.quantile(0.95) / idle.quantile(0.95) }

        enum CodingKeys: String, CodingKey {
            case name
            case p50 = "p50_ms"
            case p95 = "p95_ms"
            case p99 = "p99_ms"
            case kafka = "kafka_p50_ms"
            case ratio
            case busy = "busy_p95_ms"
            case busyRatio = "busy_ratio"
            case busyCount = "busy_requests"
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(name, forKey: .name)
            try line.encode(idle.quantile(0.5), forKey: .p50)
            try line.encode(idle.quantile(0.95), forKey: .p95)
            try line.encode(idle.quantile(0.99), forKey: .p99)
            try line.encode(kafka.quantile(0.5), forKey: .kafka)
            try line.encode(ratio, forKey: .ratio)
            try line.encode(busy.quantile(0.95), forKey: .busy)
            try line.encode(busyRatio, forKey: .busyRatio)
            try line.encode(busy.count, forKey: .busyCount)
        }
    }

    /// A worker without work.
    struct Idle: Encodable {
        let name = "idle"
        /// Of one core.
        let percent: Double

        enum CodingKeys: String, CodingKey {
            case name
            case percent = "cpu_percent"
        }
    }

    let processor: String
    let broker: String
    let rounds: Int
    var throughputs: [Throughput] = []
    var requests: Requests?
    var idle: Idle?

    var lines: [any Encodable] {
        var lines: [any Encodable] = throughputs
        if let requests { lines.append(requests) }
        if let idle { lines.append(idle) }
        return lines
    }

    var text: String {
        let number = SigningReport.number
        var lines = ["\(processor); \(broker); \(rounds) rounds: median (least to most)"]
        for row in throughputs {
            lines += [
                "",
                "\(row.name): \(number(row.jobs.median, 0)) jobs/s, \(number(row.urls, 0)) URLs/s; echo "
                    + "\(number(row.echo.median, 0)) jobs/s",
                "  ratio to the echo \(number(row.ratio.median, 3)) (\(number(row.ratio.least, 3)) to "
                    + "\(number(row.ratio.most, 3)))" + verdict(row),
                "  processor \(number(row.processor, 1)) µs a job; echo \(number(row.echoProcessor, 1)) µs",
                "  round trip p50 \(number(row.trips.quantile(0.5), 2)) p95 \(number(row.trips.quantile(0.95), 2)) "
                    + "p99 \(number(row.trips.quantile(0.99), 2)) ms",
                "  memory after each round " + row.memory.map { number($0, 0) }.joined(separator: ", ") + " MiB",
            ]
        }
        if let requests {
            lines += [
                "",
                "http-sync: p50 \(number(requests.idle.quantile(0.5), 2)) p95 \(number(requests.idle.quantile(0.95), 2)) ms; "
                    + "raw Kafka p50 \(number(requests.kafka.quantile(0.5), 2)) ms",
                "  p50 ×\(number(requests.ratio, 2)) of raw Kafka; target 2: \(requests.ratio <= 2 ? "met" : "MISSED")",
                "  beside bulk work p95 \(number(requests.busy.quantile(0.95), 2)) ms of \(requests.busy.count) requests, "
                    + "×\(number(requests.busyRatio, 2)); target 3: \(requests.busyRatio <= 3 ? "met" : "MISSED")",
            ]
        }
        if let idle {
            lines += [
                "",
                "idle: \(number(idle.percent, 2)) % of a core; target 1: \(idle.percent <= 1 ? "met" : "MISSED")",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func verdict(_ row: Throughput) -> String {
        guard let isMet = row.isMet else { return "" }
        let result = isMet ? "met" : "MISSED"
        return switch row.target {
        case .ratio(let least): "; target \(SigningReport.number(least, 2)): \(result)"
        case .urls(let least): "; target \(SigningReport.number(least, 0)) URLs/s: \(result)"
        case nil: ""
        }
    }
}
