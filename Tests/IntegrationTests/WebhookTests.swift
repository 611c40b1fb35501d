// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Ends of jobs that are told by webhooks, as a receiver sees them that checks them by a library of others.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct WebhookTests {
    private static let secrets = [2, 3].map { "whsec_" + Data(repeating: $0, count: 32).base64EncodedString() }

    /// Answers `/gone` by 410, `/moved` by a redirect to `/trap`, and every other path by 503 twice, then by 204; prints each
    /// message whose signatures are good, as one of the old and as one of the new secret.
    private static let receiver = """
        import http.server, json, sys, threading
        from standardwebhooks import Webhook
        counts, lock = {}, threading.Lock()
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                for secret in sys.argv[1:]:
                    Webhook(secret).verify(body, dict(self.headers))
                seen = counts[self.path] = counts.get(self.path, 0) + 1
                status = {"/gone": 410, "/moved": 307}.get(self.path, 204 if seen > 2 else 503)
                line = json.dumps({"path": self.path, "status": status, "id": self.headers["webhook-id"],
                                   "type": self.headers["content-type"], "event": json.loads(body)})
                with lock:
                    print(line, flush=True)
                self.send_response(status)
                self.send_header("location", "/trap")
                self.end_headers()
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    private struct Message: Decodable {
        struct Event: Decodable {
            struct Data: Decodable {
                let jobId: String
                let code: String?
                let uploadId: String?
            }
            let specversion: String
            let id: String
            let type: String
            let data: Data
        }
        let path: String
        let status: Int
        let id: String
        let type: String
        let event: Event
    }

    private static func run(_ body: (MultipartFixture, ChildProcess, String) async throws -> Void) async throws {
        try await withChildProcess(PythonEnvironment.interpreter, ["-c", receiver] + secrets) { receiver in
            let origin = "http://127.0.0.1:\(try await receiver.waitForLine { _ in true })"
            let file = FileManager.default.temporaryDirectory.appending(path: "webhooks-\(UUID().uuidString)")
            try Data(secrets.joined(separator: "\n").utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let variables = [
                "SIGNET_RETRY_DELAYS": "300", "SIGNET_WEBHOOK_ALLOWED_ORIGINS": origin,
                "SIGNET_WEBHOOK_SECRETS_FILE": file.path,
            ]
            try await MultipartFixture.run(all: variables) { try await body($0, receiver, origin) }
        }
    }

    /// What a receiver has been sent.
    private struct Inbox {
        private var lines: AsyncStream<String>.Iterator

        init(_ receiver: ChildProcess) async throws {
            lines = receiver.stdout.lines.makeAsyncIterator()
            // Its port.
            _ = await lines.next()
        }

        mutating func next() async throws -> Message {
            let line = try #require(await lines.next())
            return try JSONDecoder().decode(Message.self, from: Data(line.utf8))
        }
    }

    @Test func endsAreToldUntilTheyAreTakenThoughWorkersDie() async throws {
        try await Self.run { fixture, receiver, origin in
            let begun = try await fixture.post("initiate", fixture.request(["key": "told", "fileSize": 5]))
            let upload = try MultipartUpload(begun)
            let watch = try await fixture.begin(
                "/api/v1/upload/s3/multipart/watch",
                upload.name.merging(["fileSize": 5, "deadline": 1, "webhook": "\(origin)/watch"]) { $1 }
            )
            var inbox = try await Inbox(receiver)
            let first = try await inbox.next()
            try await fixture.platform.replaceWorkers()
            var messages = [first]
            while messages.last?.status != 204 { messages.append(try await inbox.next()) }
            for message in messages {
                #expect(message.path == "/watch")
                #expect(message.type == "application/cloudevents+json")
                #expect(message.id == first.id)
                #expect(message.event.id == first.id)
                #expect(message.event.type == "signet.multipart.aborted.v1")
                #expect(message.event.data.jobId == watch)
            }
            #expect(try first.event.data.uploadId == upload.id)
            #expect(messages.count >= 3)

            let copy = try await fixture.begin(
                "/api/v1/s3/multipart/copy",
                ["key": "copy", "copySource": "\(fixture.s3.bucket)/no such object", "webhook": "\(origin)/copy"]
            )
            var failed = try await inbox.next()
            // The one from before may come once more: its worker was killed.
            while failed.id == first.id { failed = try await inbox.next() }
            #expect(failed.event.type == "signet.job.failed.v1")
            #expect(failed.event.data.code == "source_not_found")
            #expect(failed.event.data.jobId == copy)
        }
    }

    @Test func whatNobodyTakesIsKeptAndRedirectsLeadNowhere() async throws {
        try await Self.run { fixture, receiver, origin in
            var inbox = try await Inbox(receiver)
            for path in ["gone", "moved"] {
                _ = try await fixture.begin(
                    "/api/v1/s3/multipart/copy",
                    ["key": path, "copySource": "\(fixture.s3.bucket)/nothing", "webhook": "\(origin)/\(path)"]
                )
                let message = try await inbox.next()
                #expect(message.path == "/\(path)")
            }
            // Sent again, and never to where the redirect leads.
            let again = try await inbox.next()
            #expect(again.path == "/moved")
            try await Kcat(bootstrapServers: fixture.platform.bootstrapServers).wait(
                for: ["\(origin) answered 410: it is gone"],
                on: fixture.platform.topic("jobs.multipart-dlt"),
                format: "%h\n",
                extracting: "kafka_dlt-exception-message="
            )
        }
    }

    @Test func webhooksGoOnlyWhereTheyMay() async throws {
        try await Self.run { fixture, _, origin in
            let copy = ["key": "copy", "copySource": "\(fixture.s3.bucket)/nothing"] as [String: Any]
            for (webhook, code) in [
                ("http://169.254.169.254/latest", "webhook_not_allowed"), ("\(origin)0/", "webhook_not_allowed"),
                ("https://127.0.0.1/", "webhook_not_allowed"), ("\(origin)@example.com/", "invalid_value"),
                ("\(origin)/?token=1", "invalid_value"), ("file:///etc/passwd", "invalid_value"),
            ] {
                let answer = try await JSONAnswer(
                    fixture.platform.post(
                        "/api/v1/s3/multipart/copy",
                        JSONAnswer.text(of: fixture.place.merging(copy) { $1 }.merging(["webhook": webhook]) { $1 })
                    )
                )
                var problem = answer["code"] as? String
                var field = answer["field"] as? String
                if answer.status == 202 {
                    let end = try await fixture.platform.end(of: try answer.text("jobId"), at: fixture.platform.url)
                    let found = end["problem"] as? [String: Any]
                    (problem, field) = (found?["code"] as? String, found?["field"] as? String)
                }
                #expect(problem == code, "\(webhook)")
                #expect(field == "webhook", "\(webhook)")
            }
        }
    }
}
