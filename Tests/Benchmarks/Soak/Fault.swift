// SPDX-License-Identifier: Apache-2.0

/// What goes wrong during a soak.
enum Fault: String, CaseIterable, Sendable {
    case workerKill = "worker-kill"
    case workerTerm = "worker-term"
    case workerStop = "worker-stop"
    case rebalance
    case gatewayKill = "gateway-kill"
    case gatewayTerm = "gateway-term"
    case poison
    case expired
    case brokerDown = "broker-down"
    case brokerStop = "broker-stop"
    case brokerErrors = "broker-errors"
    case brokerSlow = "broker-slow"

    /// How long what takes time is kept up.
    struct Lengths: Sendable {
        let workerStop: Duration
        let brokerDown: Duration
        let brokerStop: Duration
        let rebalances: Int

        /// For a short run.
        static let short = Lengths(
            workerStop: .seconds(10),
            brokerDown: .seconds(10),
            brokerStop: .seconds(10),
            rebalances: 6
        )
        /// Beyond every patience that a part has by default.
        static let long = Lengths(
            workerStop: .seconds(60),
            brokerDown: .seconds(70),
            brokerStop: .seconds(30),
            rebalances: 20
        )
    }

    /// What is done, for the table.
    var summary: String {
        switch self {
        case .workerKill: "kill -9 of a worker amid its work; another one starts"
        case .workerTerm: "SIGTERM of a worker under load; another one starts"
        case .workerStop: "SIGSTOP of a worker for 10 s (--long: 60 s), longer than its session; then SIGCONT"
        case .rebalance: "a worker joins and leaves, 6 times (--long: 20 times)"
        case .gatewayKill: "kill -9 of a gateway; another one takes its place"
        case .gatewayTerm: "SIGTERM of a gateway; another one takes its place"
        case .poison: "bytes that are no job, null, an unknown version"
        case .expired: "jobs whose deadline has passed"
        case .brokerDown: "the broker refuses connections for 10 s (--long: 70 s)"
        case .brokerStop: "SIGSTOP of the broker for 10 s (--long: 30 s)"
        case .brokerErrors: "leader and coordinator move, connections end amid writes"
        case .brokerSlow: "each answer of the broker takes 200 ms, for 5 s"
        }
    }

    /// Can be done to the embedded broker only.
    var isOfBroker: Bool {
        switch self {
        case .brokerDown, .brokerStop, .brokerErrors, .brokerSlow: true
        default: false
        }
    }

    /// Brings it about and mends it.
    func inject(into cluster: SoakCluster, _ traffic: SoakTraffic, _ lengths: Lengths) async throws {
        let clock = ContinuousClock()
        switch self {
        case .workerKill: try cluster.replaceWorker { $0.kill() }
        case .workerTerm: try cluster.replaceWorker { try $0.terminate() }
        case .workerStop:
            let worker = cluster.anyWorker()
            try worker.pause()
            try await clock.sleep(for: lengths.workerStop)
            try worker.resume()
        case .rebalance:
            for _ in 0..<lengths.rebalances {
                let guest = try cluster.startWorker()
                try await clock.sleep(for: .seconds(1))
                try guest.terminate()
                try await clock.sleep(for: .seconds(1))
            }
        case .gatewayKill: try cluster.replaceGateway { $0.kill() }
        case .gatewayTerm: try cluster.replaceGateway { try $0.terminate() }
        case .poison: await traffic.write(Self.noJobs)
        case .expired: await traffic.write((0..<20).map { _ in SoakTraffic.job(deadlineIn: -1) })
        case .brokerDown:
            try cluster.order(.down)
            try await clock.sleep(for: lengths.brokerDown)
            try cluster.order(.up)
        case .brokerStop:
            try cluster.broker?.pause()
            try await clock.sleep(for: lengths.brokerStop)
            try cluster.broker?.resume()
        case .brokerErrors: try cluster.order(.errors)
        case .brokerSlow:
            try cluster.order(.slow)
            try await clock.sleep(for: .seconds(5))
            try cluster.order(.fast)
        }
    }

    /// Few, so that a pool does not take them for the sign of a bad deploy.
    private static var noJobs: [SoakTraffic.Record] {
        let values: [[UInt8]?] = [nil, Array("poison".utf8), [0xFF, 0xFF, 0xFF], Array("{\"version\": 99}".utf8)]
        return values.map { SoakTraffic.Record(id: "poison-\(UInt64.random(in: 0 ... .max))", value: $0) }
            + [SoakTraffic.job(version: 99)]
    }
}
