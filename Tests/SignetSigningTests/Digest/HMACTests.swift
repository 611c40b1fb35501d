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

    /// Keys of the bytes 0, 1, 2 … about the length of a block, which a longer key is hashed for; codes by Python's `hmac`.
    @Test(arguments: [
        (1, "f6ed18c2d9e9f1563b24abc497090b7ef445b51bb3540dccb7f1cbd0bb54d7bf"),
        (63, "bce2ba9c3e7ad7ae2771fb2419c1fb10874abeb6da8e1889a4e80251204242e2"),
        (64, "f849687aa24e911927003b9a9a355269690f8361c70f6819c6e8758d70e59c60"),
        (65, "459a6be0ff2d343a581daa1fe28b5b0c12ccfe976b0d01a546c1f225e2af2daf"),
        (128, "5070dbe4c8c50cae45c2505700345f1e648f888d4f51906f451f0828c316ab1a"),
    ])
    func keysAboutABlockAreTakenWhole(length: UInt8, code: String) {
        let key = Array(0..<length).withUnsafeBytes { HMACKey($0) }
        #expect(Array("signet".utf8).withUnsafeBytes { key.authenticate($0) }.hexadecimal == code)
    }

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
