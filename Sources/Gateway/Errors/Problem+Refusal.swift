// SPDX-License-Identifier: Apache-2.0

/// Why the gateway takes no job now.
extension Problem {
    /// The position in the reply topic is not known yet.
    static var notPositioned: Problem {
        .retryLater(.notReady, "the gateway does not read replies yet; try again in a moment")
    }

    static func refused(_ refusal: WaitingRefusal) -> Problem {
        switch refusal {
        case .full:
            .retryLater(
                .overloaded,
                "as many requests as this gateway takes are in flight; try again in a moment"
            )
        case .closed: .retryLater(.notReady, "the gateway is stopping; send the request to another one")
        }
    }

    static func refused(_ refusal: JobRefusal) -> Problem {
        switch refusal {
        case .unavailable:
            .retryLater(.brokerUnavailable, "Kafka does not answer, so the job was not accepted; try again in a moment")
        case .overloaded:
            .retryLater(
                .overloaded,
                "as many jobs as this gateway sends at a time are on their way; try again in a moment"
            )
        case .refused(let code):
            .retryLater(
                .brokerUnavailable,
                "Kafka refused the job (\(code)), so it was not accepted; whoever runs Signet must look at the brokers"
            )
        case .tooLarge:
            Problem(.bodyTooLarge, "the job is longer than Kafka takes (message.max.bytes); send shorter fields")
        }
    }
}
