// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A server on a port of this machine that answers each request as a test wants it, byte for byte.
final class ScriptedServer: Sendable {
    enum Act: Sendable {
        /// Bytes of an answer; the connection is closed behind them.
        case answer(String)
        /// The first bytes of one that never ends.
        case unfinished(String)
        /// Breaks the connection without a word.
        case close
        /// Says nothing.
        case silence
    }

    struct Request: Sendable {
        /// E.g. `GET /bucket/key?uploadId=1 HTTP/1.1`.
        let line: String
        let headers: String
        let body: String
    }

    let port: Int
    private let log: RequestLog

    var endpoint: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.requests }

    private init(port: Int, log: RequestLog) {
        self.port = port
        self.log = log
    }

    /// An answer of HTTP.
    static func answer(_ status: Int, headers: [String] = [], _ body: String = "") -> Act {
        let lines = ["HTTP/1.1 \(status) Status", "content-length: \(body.utf8.count)", "connection: close"] + headers
        return .answer(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// An error of S3.
    static func error(_ status: Int, _ code: String, headers: [String] = [], more: String = "") -> Act {
        answer(
            status,
            headers: headers,
            "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>no</Message>\(more)"
                + "<RequestId>R1</RequestId></Error>"
        )
    }

    /// Runs a server as long as the body runs.
    ///
    /// - Parameter script: What becomes of the requests, in their order; further ones are closed without an answer.
    static func run<Result>(_ script: [Act], _ body: (ScriptedServer) async throws -> Result) async throws -> Result {
        try await run({ number, _ in script.indices.contains(number) ? script[number] : .close }, body)
    }

    /// Runs a server as long as the body runs.
    ///
    /// - Parameter act: What becomes of the request with this number, from 0.
    static func run<Result>(
        _ act: @escaping @Sendable (Int, Request) -> Act,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(ScriptHandler(log: log, act: act))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(port: channel.localAddress?.port ?? 0, log: log)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class RequestLog: Sendable {
    private let received = Mutex<[ScriptedServer.Request]>([])

    var requests: [ScriptedServer.Request] { received.withLock { $0 } }

    /// - Returns: Its number.
    func add(_ request: ScriptedServer.Request) -> Int {
        received.withLock { received in
            received.append(request)
            return received.count - 1
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: RequestLog
    private let act: @Sendable (Int, ScriptedServer.Request) -> ScriptedServer.Act
    private var text = ""

    init(log: RequestLog, act: @escaping @Sendable (Int, ScriptedServer.Request) -> ScriptedServer.Act) {
        self.log = log
        self.act = act
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard let request = takeRequest() else { return }
        switch act(log.add(request), request) {
        case .answer(let bytes):
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)))
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        case .unfinished(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
        case .close: context.close(promise: nil)
        case .silence: break
        }
    }

    private func takeRequest() -> ScriptedServer.Request? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound]
        let body = text[end.upperBound...]
        let length = head.lowercased().firstMatch(of: /content-length: *([0-9]+)/).flatMap { Int($0.1) } ?? 0
        guard body.utf8.count >= length else { return nil }
        let lines = head.split(separator: "\r\n", maxSplits: 1)
        defer { text = "" }
        return ScriptedServer.Request(
            line: String(lines.first ?? ""),
            headers: String(lines.dropFirst().first ?? ""),
            body: String(body)
        )
    }
}
