// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import TestSupport
import Testing

@Suite struct IdempotencyKeyTests {
    @Test(arguments: ["", "\"\"", "with space", "tab\t", "é", String(repeating: "k", count: 256)])
    func whatIsNoNameIsNoKey(text: String) {
        #expect(IdempotencyKey(text) == nil)
    }

    @Test func quotationMarksAreNoPartOfIt() {
        #expect(IdempotencyKey("\"a-1\"") == IdempotencyKey("a-1"))
        #expect(IdempotencyKey(String(repeating: "k", count: 255)) != nil)
    }

    /// Python computes the same id, so that any gateway, and any other program, can.
    @Test func idIsTheHMACOfTenantAndKey() async throws {
        let script = """
            import hashlib, hmac, struct, sys, uuid
            tenant, key = (text.encode() for text in sys.argv[1:])
            digest = hmac.new(b'signet idempotent job v1', struct.pack('>Q', len(tenant)) + tenant + key, hashlib.sha256).digest()
            number = int.from_bytes(digest[:16], 'big')
            number = number & ~(0xF << 76) | 8 << 76
            number = number & ~(3 << 62) | 2 << 62
            print(uuid.UUID(int=number), end='')
            """
        for (tenant, key) in [("default", "a-1"), ("acme", "8e03978e-40d5-43dd-bc93-6894a57f9324")] {
            let expected = try await PythonEnvironment.run(source: script, arguments: [tenant, key])
            let id = try #require(IdempotencyKey(key)).jobID(tenant: tenant)
            #expect(id.description == String(decoding: expected, as: UTF8.self))
        }
    }

    @Test func fingerprintsDifferByPathAndBody() throws {
        let key = try #require(IdempotencyKey("k"))
        let one = key.fingerprint(path: "/a", body: Array("{}".utf8))
        #expect(one == key.fingerprint(path: "/a", body: Array("{}".utf8)))
        #expect(one != key.fingerprint(path: "/b", body: Array("{}".utf8)))
        #expect(one != key.fingerprint(path: "/a", body: Array("{ }".utf8)))
        #expect(try one != #require(IdempotencyKey("l")).fingerprint(path: "/a", body: Array("{}".utf8)))
    }
}
