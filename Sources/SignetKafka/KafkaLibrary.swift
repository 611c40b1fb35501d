// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// The librdkafka that this process runs on.
public enum KafkaLibrary {
    /// E.g. `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// `0xMMmmrrpp`: major, minor, revision, pre-release (0xff is final).
    public static var versionNumber: Int { Int(rd_kafka_version()) }

    /// Faults of this version that these settings would meet, as sentences with the remedy.
    public static func knownFaults(for configuration: KafkaConfiguration) -> [String] {
        knownFaults(for: configuration, version: versionNumber)
    }

    package static func knownFaults(for configuration: KafkaConfiguration, version number: Int) -> [String] {
        var faults: [String] = []
        let mechanism = configuration["sasl.mechanism"] ?? configuration["sasl.mechanisms"] ?? ""
        if mechanism.hasPrefix("SCRAM"), number < 0x0206_01FF {
            faults.append(
                "SCRAM fails against brokers from 3.8.1 on before librdkafka 2.6.1; this is \(version): "
                    + "update it or use PLAIN over TLS"
            )
        }
        if configuration["partition.assignment.strategy"]?.contains("cooperative") == true, number < 0x0203_00FF {
            faults.append(
                "partition.assignment.strategy=cooperative-sticky can end the process before librdkafka 2.3.0; "
                    + "this is \(version): update it or use range"
            )
        }
        return faults
    }
}
