// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import TestSupport
import Testing

/// What a client shows of itself by TLS and SASL, seen by a server that knows Kafka's handshake alone: the embedded broker
/// knows neither. Requests after the handshake are not answered; a real broker's are part of `SIGNET_TEST_KAFKA`.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct SecurityTests {
    /// Listens, prints `port N`, and for each connection the mechanism and the first message of SASL.
    private static let server = """
        import base64, socket, ssl, struct, sys
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        context = None
        if len(sys.argv) > 1:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
        def frame(peer):
            data = b""
            while len(data) < 4 or len(data) < 4 + struct.unpack(">i", data[:4])[0]:
                more = peer.recv(65536)
                if not more: raise OSError("closed")
                data += more
            return data[4:]
        def answer(peer, body):
            peer.sendall(struct.pack(">i", len(body)) + body)
        while True:
            peer, _ = listener.accept()
            try:
                if context: peer = context.wrap_socket(peer, server_side=True)
                while True:
                    request = frame(peer)
                    key, version, correlation, client = struct.unpack(">hhih", request[:10])
                    if key == 17: break
                    # ApiVersions, in its first version only; SaslHandshake likewise, so that plain frames follow it.
                    error = 0 if version == 0 else 35
                    answer(peer, struct.pack(">ihi9h", correlation, error, 3, 3, 0, 1, 17, 0, 0, 18, 0, 0))
                offered = request[10 + client + 2:]
                answer(peer, struct.pack(">ihih", correlation, 0, 1, len(offered)) + offered)
                print(offered.decode(), base64.b64encode(frame(peer)).decode(), flush=True)
            except (OSError, ssl.SSLError) as error:
                print("failed", type(error).__name__, flush=True)
            peer.close()
        """

    /// Starts the server and a client with these settings, and answers the server's first line about it.
    private func shown(_ settings: [String: String], tls: [String] = []) async throws -> [String] {
        let server = try ChildProcess(PythonEnvironment.interpreter, ["-c", Self.server] + tls)
        let port = try await server.waitForLine { $0.hasPrefix("port ") }.dropFirst("port ".count)
        let broker = TestBroker(embedded: nil, servers: "localhost:\(port)", suffix: "")
        // Nobody runs, so nobody polls: what the client shows it shows by itself.
        let producer = try broker.producer(["broker.address.family": "v4"].merging(settings) { $1 })
        async let probe: Void? = try? producer.probe(timeout: .seconds(5))
        let line = try await server.waitForLine { !$0.hasPrefix("port ") }
        server.kill()
        _ = await probe
        return line.split(separator: " ").map(String.init)
    }

    private func message(_ words: [String]) throws -> String {
        try #require(words.count == 2)
        return String(decoding: try #require(Data(base64Encoded: words[1])), as: UTF8.self)
    }

    @Test func nameAndPasswordAreShownAsPlain() async throws {
        let words = try await shown([
            "security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "me",
            "sasl.password": "secret",
        ])
        #expect(words.first == "PLAIN")
        #expect(try message(words) == "\0me\0secret")
    }

    @Test(arguments: ["SCRAM-SHA-256", "SCRAM-SHA-512"])
    func nameWithoutPasswordIsShownAsScram(mechanism: String) async throws {
        let words = try await shown([
            "security.protocol": "sasl_plaintext", "sasl.mechanism": mechanism, "sasl.username": "me",
            "sasl.password": "secret",
        ])
        #expect(words.first == mechanism)
        let text = try message(words)
        #expect(text.hasPrefix("n,,n=me,r="))
        #expect(!text.contains("secret"))
    }

    @Test func tokenIsMadeThoughNobodyPolls() async throws {
        let words = try await shown([
            "security.protocol": "sasl_plaintext", "sasl.mechanism": "OAUTHBEARER",
            "enable.sasl.oauthbearer.unsecure.jwt": "true", "sasl.oauthbearer.config": "principal=me scope=jobs",
        ])
        #expect(words.first == "OAUTHBEARER")
        let text = try message(words)
        #expect(text.hasPrefix("n,,\u{1}auth=Bearer ") && text.hasSuffix("\u{1}\u{1}"))
        let token = text.dropFirst("n,,\u{1}auth=Bearer ".count).split(separator: ".", omittingEmptySubsequences: false)
        let claims = try #require(token.count == 3 ? token[1] : nil)
        let padded = claims + String(repeating: "=", count: (4 - claims.count % 4) % 4)
        let json = try #require(Data(base64Encoded: String(padded)))
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(object["sub"] as? String == "me")
    }

    @Test func serverIsKnownByItsCertificate() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("signet-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        for name in ["server", "stranger"] {
            _ = try await outputOfTool(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path("\(name).key"),
                    "-out", path("\(name).pem"),
                ]
            )
        }
        let settings = [
            "security.protocol": "sasl_ssl", "sasl.mechanism": "PLAIN", "sasl.username": "me", "sasl.password": "x",
        ]
        let tls = [path("server.pem"), path("server.key")]
        let known = try await shown(settings.merging(["ssl.ca.location": path("server.pem")]) { $1 }, tls: tls)
        #expect(known.first == "PLAIN")
        // Shows nothing of itself to a server that it does not know.
        let unknown = try await shown(settings.merging(["ssl.ca.location": path("stranger.pem")]) { $1 }, tls: tls)
        #expect(unknown.first == "failed")
    }
}
