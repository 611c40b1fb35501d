// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let httpClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let protobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let nio = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let xml = product(name: "XMLCoder", package: "XMLCoder")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
}

// Targets stand in the order of the layers: imports point down only.
let package = Package(
    name: "Signet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "SignetSigning", targets: ["SignetSigning"]),
        .library(name: "SignetKafka", targets: ["SignetKafka"]),
        .executable(name: "signet", targets: ["SignetCommand"]),
        .executable(name: "signet-bench", targets: ["SignetBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", exact: "1.39.0"),
        .package(url: "https://github.com/CoreOffice/XMLCoder.git", exact: "0.18.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
    ],
    targets: [
        // MARK: Layer 0: C libraries, data, signing, the contract
        .systemLibrary(
            name: "CRDKafka",
            pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .target(name: "CSHA256"),
        .target(name: "S3Catalog", swiftSettings: settings),
        .target(name: "SignetSigning", dependencies: ["COpenSSL", "CSHA256", "S3Catalog"], swiftSettings: settings),
        .target(name: "Contract", dependencies: [.protobuf, .crypto], swiftSettings: settings),

        // MARK: Layer 1: Kafka, management
        .target(
            name: "SignetKafka",
            dependencies: ["CRDKafka", .logging, .coreMetrics, .lifecycle],
            swiftSettings: settings
        ),
        .target(
            name: "Management",
            dependencies: [.hummingbird, .httpTypes, .logging, .coreMetrics, .lifecycle, .nio],
            swiftSettings: settings
        ),
        .target(
            name: "S3ControlPlane",
            dependencies: ["SignetSigning", .crypto, .httpClient, .nio, .nioHTTP1, .nioPosix, .xml],
            swiftSettings: settings
        ),

        // MARK: Layer 2: worker, gateway
        .target(
            name: "Worker",
            dependencies: [
                "SignetKafka", "Contract", "SignetSigning", "S3ControlPlane", "S3Catalog", "Management", .logging,
                .coreMetrics, .lifecycle, .protobuf, .httpClient, .nio, .nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "SignetKafka", "Contract", "S3Catalog", "Management", .hummingbird, .httpTypes, .logging, .coreMetrics,
                .lifecycle, .nio, .nioHTTP1, .nioHTTPTypes, .protobuf, .grdb,
            ],
            swiftSettings: settings
        ),

        .target(
            name: "GatewayClient",
            dependencies: [.httpClient, .nio, .nioHTTP1, .nioPosix],
            swiftSettings: settings
        ),

        // MARK: Layer 3: the command
        .executableTarget(
            name: "SignetCommand",
            dependencies: [
                "S3Catalog", "SignetSigning", "SignetKafka", "Contract", "Management", "S3ControlPlane", "Worker",
                "Gateway",
                "GatewayClient",
                .argumentParser, .configuration, .logging, .metrics, .lifecycle, .unixSignals, .httpClient, .nio,
                .nioHTTP1, .protobuf,
            ],
            swiftSettings: settings
        ),

        // MARK: Tests
        .target(
            name: "CSigningBaseline",
            path: "Tests/Benchmarks/Baseline",
            linkerSettings: [.linkedLibrary("crypto")]
        ),
        .target(name: "CEchoBaseline", dependencies: ["CRDKafka"], path: "Tests/Benchmarks/Echo"),
        .executableTarget(
            name: "SignetBench",
            dependencies: [
                "SignetSigning", "SignetKafka", "Contract", "S3ControlPlane", "CSigningBaseline", "CEchoBaseline",
                .argumentParser, .httpClient, .logging, .nio, .nioHTTP1,
            ],
            path: "Tests/Benchmarks",
            exclude: [
                "Baseline", "Echo", "Peers/peers.py", "Peers/batch_service.py", "Peers/upload.py",
                "Peers/requirements.txt",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            path: "Tests/TestSupport",
            exclude: ["S3/radosgw.sh", "S3/swift_s3.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ContractTests",
            dependencies: ["Contract", "TestSupport", .protobuf, .crypto],
            exclude: ["Oracles"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignetKafkaTests",
            dependencies: ["SignetKafka", "TestSupport", .coreMetrics, .logging, .lifecycle],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ManagementTests",
            dependencies: [
                "Management", "TestSupport", .coreMetrics, .httpClient, .lifecycle, .logging, .nio, .nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "S3ControlPlaneTests",
            dependencies: ["S3ControlPlane", "SignetSigning", "TestSupport", .crypto, .nio, .nioPosix],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "Contract", "SignetKafka", "Management", "TestSupport", .lifecycle, .logging, .protobuf,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Contract", "SignetKafka", "Management", "TestSupport", .coreMetrics, .httpClient,
                .httpTypes, .hummingbird,
                .lifecycle, .logging, .nio, .nioHTTP1, .protobuf,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "S3CatalogTests",
            dependencies: ["S3Catalog"],
            exclude: ["Oracle"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignetSigningTests",
            dependencies: ["SignetSigning", "S3Catalog", "TestSupport"],
            exclude: ["Corpus", "Oracles"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TestSupportTests",
            dependencies: ["TestSupport", "SignetCommand"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignetCommandTests",
            dependencies: ["SignetCommand", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayClientTests",
            dependencies: ["GatewayClient", "TestSupport", .nio],
            swiftSettings: settings
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["SignetCommand", "SignetKafka", "Gateway", "Contract", "TestSupport", .crypto, .logging],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
