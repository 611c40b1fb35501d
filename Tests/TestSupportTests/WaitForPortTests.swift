// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct WaitForPortTests {
    @Test func returnsOnceTheForeignProcessListens() async throws {
        let server = """
            import socket, sys
            probe = socket.create_server(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            probe.close()
            print(port, flush=True)
            listener = socket.create_server(("127.0.0.1", port))
            while True: listener.accept()
            """
        try await withChildProcess(PythonEnvironment.interpreter, ["-c", server]) { process in
            let port = try #require(UInt16(try await process.waitForLine { _ in true }))
            try await waitForPort(port)
        }
    }

    @Test func failsWhenNobodyComes() async {
        let error = await #expect(throws: DeadlineExceeded.self) { try await waitForPort(1, within: .milliseconds(50)) }
        #expect(error?.description.contains("port 1 ") == true)
    }
}
