// SPDX-License-Identifier: Apache-2.0

import GatewayClient
import NIOCore
import Testing

@Suite struct BatchLineTests {
    private struct Told: Equatable {
        let kind: BatchLine.Kind
        let url: String?
    }

    private static func read(_ text: String) -> [Told] {
        var told: [Told] = []
        BatchResults.Lines(bytes: ByteBuffer(string: text)).forEach { line in
            told.append(Told(kind: line.kind, url: line.url.map { String(decoding: $0, as: UTF8.self) }))
        }
        return told
    }

    @Test func linesAreToldApart() {
        let lines = """
            {"type":"shared","shared":0,"method":"GET"}
            {"type":"item","line":2,"id":"1","status":"signed","key":"k","url":"https://b.s3/k?a=1&b=2","shared":0}
            {"type":"item","line":3,"status":"failed","code":"invalid_key","detail":"no"}
            {"type":"problem","code":"not_ready","detail":"stopping"}
            {"type":"summary","complete":false}
            {"type":"news"}

            """
        #expect(Self.read(lines).map(\.kind) == [.shared, .signed, .failed, .problem, .summary, .other])
        #expect(Self.read(lines)[1].url == "https://b.s3/k?a=1&b=2")
        #expect(Self.read(lines)[2].url == nil)
    }

    /// A name that looks like a status is escaped where it stands, so that it is none.
    @Test func whatACallerWritesIsNeverTakenForAStatus() {
        let line =
            #"{"type":"item","line":3,"id":"\",\"status\":\"signed\"","status":"failed","code":"x","detail":"y"}"#
        #expect(Self.read(line + "\n") == [Told(kind: .failed, url: nil)])
    }
}
