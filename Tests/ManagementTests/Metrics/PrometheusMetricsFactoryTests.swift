// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Management
import Testing

/// The oracle of the format is the parser of Prometheus' Python client.
@Suite struct PrometheusMetricsFactoryTests {
    private let factory = PrometheusMetricsFactory()

    @Test func countersAreNamedAndAddedUp() async throws {
        Counter(label: "signet.urls.signed", dimensions: [], factory: factory).increment(by: 41)
        Counter(label: "signet.urls.signed", dimensions: [], factory: factory).increment()
        factory.makeFloatingPointCounter(label: "seconds_total", dimensions: []).increment(by: 0.25)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.family("signet_urls_signed")?.type == "counter")
        #expect(parsed.value("signet_urls_signed_total") == 42)
        #expect(parsed.value("seconds_total") == 0.25)
    }

    @Test func countersNeverShrink() async throws {
        let counter = factory.makeCounter(label: "c", dimensions: [])
        counter.increment(by: .max)
        counter.increment(by: 1)
        counter.increment(by: -5)
        #expect(factory.exposition().contains("c_total 9223372036854775807\n"))
    }

    @Test func gaugesAndMetersShowTheLastValue() async throws {
        Gauge(label: "waiting", dimensions: [], factory: factory).record(7)
        Gauge(label: "waiting", dimensions: [], factory: factory).record(3)
        let meter = factory.makeMeter(label: "level", dimensions: [])
        meter.set(2.5)
        meter.increment(by: 2)
        meter.decrement(by: 0.5)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.family("waiting")?.type == "gauge")
        #expect(parsed.value("waiting") == 3)
        #expect(parsed.value("level") == 4)
    }

    @Test func recordersThatAggregateBecomeSummaries() async throws {
        let recorder = Recorder(label: "sizes", dimensions: [], aggregate: true, factory: factory)
        recorder.record(2)
        recorder.record(0.5)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.family("sizes")?.type == "summary")
        #expect(parsed.value("sizes_sum") == 2.5)
        #expect(parsed.value("sizes_count") == 2)
    }

    @Test func timersAreHistogramsInSecondsWithCumulativeBuckets() async throws {
        let timer = factory.makeTimer(label: "messaging.process.duration", dimensions: [("topic", "a")])
        for milliseconds in [0, 1, 3, 700, 3_600_000] as [Int64] { timer.recordNanoseconds(milliseconds * 1_000_000) }
        timer.recordNanoseconds(-1)
        let parsed = try await ParsedExposition(factory.exposition())
        let name = "messaging_process_duration_seconds"
        #expect(parsed.family(name)?.type == "histogram")
        func bucket(_ bound: String) -> Double? {
            parsed.value(name + "_bucket", ["topic": "a", "le": bound])
        }
        #expect(bucket("0.001") == 3)
        #expect(bucket("0.005") == 4)
        #expect(bucket("0.5") == 4)
        #expect(bucket("1.0") == 5)
        #expect(bucket("30.0") == 5)
        #expect(bucket("+Inf") == 6)
        #expect(parsed.value(name + "_count", ["topic": "a"]) == 6)
        #expect(parsed.value(name + "_sum", ["topic": "a"]) == 3_600.704)
        let buckets = parsed.family(name)?.samples.filter { $0.name.hasSuffix("_bucket") }.map {
            Double($0.value) ?? -1
        }
        #expect(buckets == buckets?.sorted())
    }

    @Test(arguments: [
        "plain", #"back\slash"#, #"quo"te"#, "line\nfeed", #"\n"#, "tab\tand\rreturn", "ümlaut 😀", "", "a=\"b\",c}",
        #"ends with \"#, "\u{0}control",
    ])
    func labelValuesSurvive(value: String) async throws {
        factory.makeCounter(label: "c", dimensions: [("label", value)]).increment(by: 1)
        let samples = try await ParsedExposition(factory.exposition()).family("c")?.samples
        #expect(samples?.map(\.labels) == [["label": value]])
    }

    @Test func namesAreMadeValid() async throws {
        factory.makeCounter(label: "9 lives/größe", dimensions: [("http.status-code", "200"), ("", "x")]).increment(
            by: 1
        )
        let timer = factory.makeTimer(label: "t", dimensions: [("le", "mine")])
        timer.recordNanoseconds(1)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.value("_9_lives_gr__e_total", ["http_status_code": "200", "_": "x"]) == 1)
        #expect(parsed.value("t_seconds_bucket", ["le_": "mine", "le": "+Inf"]) == 1)
    }

    @Test func ofLabelsThatBecomeTheSameTheLastCounts() async throws {
        factory.makeCounter(label: "c", dimensions: [("a.b", "1"), ("a-b", "2")]).increment(by: 1)
        #expect(try await ParsedExposition(factory.exposition()).value("c_total", ["a_b": "2"]) == 1)
    }

    @Test func numbersBeyondTheFiniteOnesAreWritten() async throws {
        factory.makeMeter(label: "i", dimensions: []).set(.infinity)
        factory.makeMeter(label: "m", dimensions: []).set(-Double.infinity)
        factory.makeMeter(label: "n", dimensions: []).set(Double.nan)
        factory.makeMeter(label: "s", dimensions: []).set(1e-7)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.value("i") == .infinity)
        #expect(parsed.value("m") == -.infinity)
        #expect(parsed.value("n")?.isNaN == true)
        #expect(parsed.value("s") == 1e-7)
    }

    @Test func orderDoesNotDependOnArrival() {
        let other = PrometheusMetricsFactory()
        let labels = ["b", "a", "c"]
        for label in labels {
            for name in ["y", "x"] { factory.makeCounter(label: name, dimensions: [("l", label)]).increment(by: 1) }
        }
        for label in labels.reversed() {
            for name in ["x", "y"] { other.makeCounter(label: name, dimensions: [("l", label)]).increment(by: 1) }
        }
        #expect(factory.exposition() == other.exposition())
        #expect(factory.exposition().hasPrefix("# TYPE x_total counter\nx_total{l=\"a\"} 1\n"))
    }

    @Test func furtherLabelSetsShareTheOverflow() async throws {
        let factory = PrometheusMetricsFactory(maximumSeries: 3)
        for index in 0..<1_000 {
            factory.makeCounter(label: "requests", dimensions: [("path", "/\(index)")]).increment(by: 1)
        }
        // Known ones are still found.
        factory.makeCounter(label: "requests", dimensions: [("path", "/1")]).increment(by: 1)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.family("requests")?.samples.count == 4)
        #expect(parsed.value("requests_total", ["path": "/1"]) == 2)
        #expect(parsed.value("requests_total", ["overflow": "true"]) == 997)
    }

    @Test func secondTypeOfANameIsNotShown() async throws {
        factory.makeCounter(label: "x", dimensions: []).increment(by: 1)
        factory.makeMeter(label: "x_total", dimensions: []).set(5.0)
        let parsed = try await ParsedExposition(factory.exposition())
        #expect(parsed.families.count == 1)
        #expect(parsed.value("x_total") == 1)
    }

    @Test func nothingLostWhenMadeAndCountedFromManyTasks() async throws {
        let factory = factory
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for index in 0..<500 {
                        factory.makeCounter(label: "c", dimensions: [("l", "\(index % 4)")]).increment(by: 1)
                        factory.makeTimer(label: "t", dimensions: []).recordNanoseconds(1_000)
                    }
                }
            }
        }
        let parsed = try await ParsedExposition(factory.exposition())
        #expect((0..<4).map { parsed.value("c_total", ["l": "\($0)"]) } == [1_000, 1_000, 1_000, 1_000])
        #expect(parsed.value("t_seconds_count") == 4_000)
    }
}
