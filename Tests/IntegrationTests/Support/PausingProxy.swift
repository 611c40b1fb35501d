// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A way to an S3 server on which some requests stop for ever, before they come there or before their answer comes back:
/// so that a client can be killed at that very point.
///
/// Which ones, their keys say: one that holds `stop-PHASE-OPERATION-NAME` (e.g. `stop-after-complete-a`) stops the first
/// request of that operation, once. One that holds `fail-PHASE-OPERATION-NAME` has its first four requests answered that
/// the server is busy, whether or not they came there.
struct PausingProxy {
    let endpoint: String
    private let child: ChildProcess

    private static let program = #"""
        import http.client, re, sys, threading, urllib.parse
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        backend = sys.argv[1]
        stopped, failed, lock = set(), {}, threading.Lock()

        def operation(method, query):
            if 'uploads' in query:
                return 'create' if method == 'POST' else 'uploads'
            if 'uploadId' in query:
                return {'GET': 'list', 'POST': 'complete', 'DELETE': 'abort', 'PUT': 'part'}[method]
            return method.lower()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *arguments):
                pass

            def mark(self, kind, phase):
                target = urllib.parse.urlsplit(self.path)
                query = urllib.parse.parse_qs(target.query, keep_blank_values=True)
                text = urllib.parse.unquote(self.path)
                mark = re.search(kind + '-(before|after)-([a-z]+)-[a-z]+', text)
                if mark and mark[1] == phase and mark[2] == operation(self.command, query):
                    return mark[0]

            def stops(self, phase):
                mark = self.mark('stop', phase)
                if not mark:
                    return
                with lock:
                    if mark in stopped:
                        return
                    stopped.add(mark)
                print(mark, flush=True)
                threading.Event().wait()

            def fails(self, phase):
                mark = self.mark('fail', phase)
                if not mark:
                    return False
                with lock:
                    failed[mark] = failed.get(mark, 0) + 1
                    if failed[mark] > 4:
                        return False
                body = b'<Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error>'
                self.send_response_only(503, 'busy')
                self.send_header('content-length', len(body))
                self.end_headers()
                if self.command != 'HEAD':
                    self.wfile.write(body)
                return True

            def forward(self):
                body = self.rfile.read(int(self.headers.get('content-length', 0)))
                self.stops('before')
                if self.fails('before'):
                    return
                connection = http.client.HTTPConnection(backend, timeout=60)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
                self.stops('after')
                if self.fails('after'):
                    connection.close()
                    return
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ('transfer-encoding', 'connection', 'content-length'):
                        self.send_header(name, value)
                length = answer.getheader('content-length') if self.command == 'HEAD' else len(content)
                self.send_header('content-length', length)
                self.end_headers()
                if self.command != 'HEAD':
                    self.wfile.write(content)
                connection.close()

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

        server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        print('port', server.server_address[1], flush=True)
        server.serve_forever()
        """#

    /// Runs one as long as the body runs.
    static func run<Result>(to s3: RadosGateway, _ body: (PausingProxy) async throws -> Result) async throws -> Result {
        let child = try ChildProcess(
            PythonEnvironment.interpreter,
            ["-B", "-u", "-c", program, "127.0.0.1:\(s3.port)"]
        )
        defer { child.kill() }
        let line = try await child.waitForLine { $0.hasPrefix("port ") }
        return try await body(PausingProxy(endpoint: "http://127.0.0.1:\(line.dropFirst(5))", child: child))
    }

    /// Waits until these points were reached.
    func waitForStops(_ stops: Set<String>) async throws {
        for stop in stops { _ = try await child.waitForLine { $0 == stop } }
    }
}
