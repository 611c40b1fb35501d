// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Owns an `rd_kafka_conf_t` until a client takes it over.
struct NativeConfiguration: ~Copyable {
    private let pointer: OpaquePointer

    init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        pointer = rd_kafka_conf_new()
        for (key, value) in configuration.sorted {
            try set(key, to: value)
        }
    }

    deinit {
        rd_kafka_conf_destroy(pointer)
    }

    /// Sets one key.
    func set(_ key: String, to value: String) throws(KafkaError) {
        let (result, reason) = withErrorText { rd_kafka_conf_set(pointer, key, value, $0, $1) }
        switch result {
        case RD_KAFKA_CONF_OK:
            return
        case RD_KAFKA_CONF_UNKNOWN:
            let nearest = Self.knownKeys.nearest(to: key)
            let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
            throw KafkaError(
                code: .invalidArgument,
                message: "librdkafka \(KafkaLibrary.version) has no setting \"\(key)\"\(hint)"
            )
        default:
            // The library's reason repeats the value.
            let shown = KafkaConfiguration.isSecret(key) ? "its value is not allowed" : reason
            throw KafkaError(code: .invalidArgument, message: "setting \"\(key)\": \(shown)")
        }
    }

    /// Hands out the pointer for the calls that install callbacks.
    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        body(pointer)
    }

    /// Makes a client, which takes the settings over if that succeeds.
    consuming func makeClient(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        let (handle, reason) = withErrorText { rd_kafka_new(kind, pointer, $0, $1) }
        guard let handle else {
            // Refused: the settings are still ours, and end here.
            _ = consume self
            throw KafkaError(code: .invalidArgument, message: "the client could not be made: \(reason)")
        }
        discard self
        return handle
    }

    /// The keys of this version of the library that have a value by default, and the most used of the others.
    private static let knownKeys: [String] = {
        let configuration = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(configuration) }
        var count = 0
        guard let dump = rd_kafka_conf_dump(configuration, &count) else { return [] }
        defer { rd_kafka_conf_dump_free(dump, count) }
        let keys = stride(from: 0, to: count, by: 2).compactMap { dump[$0].map { String(cString: $0) } }
        return keys + [
            "bootstrap.servers", "group.id", "group.instance.id", "sasl.username", "sasl.password", "ssl.ca.location",
            "ssl.certificate.location", "ssl.key.location", "ssl.key.password", "transactional.id", "debug",
            "client.rack", "sasl.oauthbearer.config", "compression.type", "acks", "linger.ms",
        ]
    }()
}

/// Calls a C function that writes its reason into a buffer.
func withErrorText<Result>(_ body: (UnsafeMutablePointer<CChar>, Int) -> Result) -> (Result, String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress else { preconditionFailure("an allocation of 512 bytes has an address") }
        let result = body(base, buffer.count)
        return (result, String(cString: base))
    }
}

extension [String] {
    /// The element with the smallest edit distance, if that is near enough to be a slip.
    func nearest(to name: String) -> String? {
        let limit = Swift.max(2, name.utf8.count / 3)
        return map { ($0, Self.distance(Array<UInt8>($0.utf8), Array<UInt8>(name.utf8))) }
            .filter { $0.1 <= limit }
            .min { $0.1 < $1.1 }?.0
    }

    /// Levenshtein's distance, one row at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array<Int>(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let substituted = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(substituted, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
