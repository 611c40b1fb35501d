// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Closes a connection whose client does not read what it asked for: what waits for it is memory, and keeps a gateway that
/// stops from ending.
final class UnreadResponseHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let patience: TimeAmount
    private let patienceAtEnd: TimeAmount
    private var end: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: For how long nothing may be read.
    ///   - patienceAtEnd: The same from the time on at which the gateway stops.
    init(patience: Duration = .seconds(60), patienceAtEnd: Duration) {
        self.patience = TimeAmount(patience)
        self.patienceAtEnd = TimeAmount(patienceAtEnd)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            end?.cancel()
            end = nil
        } else if end == nil {
            close(context.channel, after: patience)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, let end {
            end.cancel()
            close(context.channel, after: patienceAtEnd)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
        context.fireChannelInactive()
    }

    private func close(_ channel: any Channel, after time: TimeAmount) {
        end = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
