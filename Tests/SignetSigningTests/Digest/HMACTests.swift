// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// The test cases of RFC 4231 for HMAC-SHA-256, section 4, but for the truncated one (4.6).
@Suite
struct HMACTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let section: String
        let key: [UInt8]
        let message: [UInt8]
        let code: String

        var testDescription: String { "RFC 4231, \(section)" }
    }

    private static let vectors = [
        Vector(
            section: "4.2",
            key: Array(repeating: 0x0B, count: 20),
            message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        Vector(
            section: "4.3",
            key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        Vector(
            section: "4.4",
            key: Array(repeating: 0xAA, count: 20),
            message: Array(repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        Vector(
            section: "4.5",
            key: Array(0x01...0x19),
            message: Array(repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        Vector(
            section: "4.7",
            key: Array(repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        Vector(
            section: "4.8",
            key: Array(repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8
            ),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: vectors)
    func theVectorsAreMet(vector: Vector) {
        let key = vector.key.withUnsafeBytes { HMACKey($0) }
        let code = vector.message.withUnsafeBytes { key.authenticate($0) }
        #expect(code.hexadecimal == vector.code)
        // A key serves again: signing leaves its cached states as they were.
        let again = vector.message.withUnsafeBytes { key.authenticate($0) }
        #expect(again == code)
    }
}
