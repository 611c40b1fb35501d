// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Against a server of Python that tells what it got.
@Suite struct CurlTests {
    private struct Echo: Decodable {
        let method: String
        let target: String
        let headers: [[String]]
        let body: String

        func values(_ name: String) -> [String] {
            headers.filter { $0[0].lowercased() == name }.map { $0[1] }
        }
    }

    private static let server = """
        import base64, http.server, json
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                echo = {"method": self.command, "target": self.path.encode("latin-1").decode("utf-8"),
                        "headers": [[n, v.encode("latin-1").decode("utf-8")] for n, v in self.headers.items()],
                        "body": base64.b64encode(body).decode()}
                text = json.dumps(echo).encode()
                self.send_response(int(self.headers.get("answer-with", 200)))
                self.send_header("Content-Length", str(len(text)))
                self.send_header("Location", "/elsewhere")
                self.send_header("X-Twice", "one")
                self.send_header("X-Twice", "two: three")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)
            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = answer
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    private func withServer(_ body: (String) async throws -> Void) async throws {
        try await withChildProcess(PythonEnvironment.interpreter, ["-c", Self.server]) { server in
            try await body("http://127.0.0.1:\(try await server.waitForLine { _ in true })")
        }
    }

    @Test func sendsMethodHeadersAndBodyAsTheyAre() async throws {
        try await withServer { base in
            let body = Data([0, 255, 13, 10, 64] + Array("é€".utf8))
            let response = try await Curl.send(
                "PUT",
                base + "/a/../b//c%2F?x=\"é\"&y=[1-3]{a,b}\\",
                headers: [("Content-Type", "image/x; a=\"b\""), ("x-amz-meta-a", "gr\\ün"), ("x-empty", "")],
                body: body
            )
            #expect(response.status == 200)
            let echo = try JSONDecoder().decode(Echo.self, from: response.body)
            #expect(echo.method == "PUT")
            #expect(echo.target == "/a/../b//c%2F?x=\"é\"&y=[1-3]{a,b}\\")
            #expect(echo.values("x-amz-meta-a") == ["gr\\ün"])
            #expect(echo.values("content-type") == ["image/x; a=\"b\""])
            #expect(echo.values("x-empty") == [""])
            #expect(echo.values("expect").isEmpty)
            #expect(Data(base64Encoded: echo.body) == body)
        }
    }

    @Test func addsNoContentTypeOfItsOwn() async throws {
        try await withServer { base in
            let response = try await Curl.send("POST", base, body: Data("a=b".utf8))
            let echo = try JSONDecoder().decode(Echo.self, from: response.body)
            #expect(echo.values("content-type").isEmpty)
            #expect(echo.values("content-length") == ["3"])
        }
    }

    @Test func sendsAnEmptyBodyWithItsLength() async throws {
        try await withServer { base in
            let response = try await Curl.send("PUT", base, body: Data())
            let echo = try JSONDecoder().decode(Echo.self, from: response.body)
            #expect(echo.values("content-length") == ["0"])
        }
    }

    @Test(arguments: ["GET", "DELETE", "OPTIONS"])
    func sendsNoBodyWhereThereIsNone(method: String) async throws {
        try await withServer { base in
            let response = try await Curl.send(method, base)
            let echo = try JSONDecoder().decode(Echo.self, from: response.body)
            #expect(echo.method == method)
            #expect(echo.values("content-length").isEmpty)
        }
    }

    @Test func readsTheHeadersOfAnAnswerWithoutABody() async throws {
        try await withServer { base in
            let response = try await Curl.send("HEAD", base)
            #expect(response.status == 200)
            #expect(response.headers["x-twice"] == "one, two: three")
            #expect(response.headers["absent"] == nil)
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: [302, 403, 500])
    func answersAreAnswersWhateverTheirStatus(status: Int) async throws {
        try await withServer { base in
            let response = try await Curl.send("GET", base + "/here", headers: [("answer-with", "\(status)")])
            #expect(response.status == status)
            #expect(try JSONDecoder().decode(Echo.self, from: response.body).target == "/here")
        }
    }

    @Test func failsWithoutTellingTheAddressWhenNobodyAnswers() async throws {
        // Port 1 of this machine: nobody stands there.
        let error = await #expect(throws: TestSupportError.self) {
            try await Curl.send(
                "GET",
                "http://127.0.0.1:1/?X-Amz-Signature=abcdef",
                headers: [("authorization", "s3cret")]
            )
        }
        let text = try #require(error).description
        #expect(!text.contains("abcdef") && !text.contains("s3cret"))
    }

    @Test func refusesAHeaderThatWouldBeTwoLines() async {
        await #expect(throws: TestSupportError.self) {
            try await Curl.send("GET", "http://127.0.0.1:1/", headers: [("a", "b\r\nc: d")])
        }
    }
}
