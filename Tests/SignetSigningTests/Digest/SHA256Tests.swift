// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// Hashes of NIST's examples (FIPS 180-4; "Examples with intermediate values", SHA-256).
@Suite
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func theExamplesOfTheStandardAreMet(message: String, hash: String) {
        #expect(SHA256Hash.hash(Array(message.utf8)).hexadecimal == hash)
    }

    @Test(arguments: [1, 3, 63, 64, 65, 1_000])
    func aMessageInPiecesHashesAsAWhole(length: Int) {
        var hash = SHA256Hash()
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        for start in stride(from: 0, to: message.count, by: length) {
            hash.update(Array(message[start..<min(start + length, message.count)]))
        }
        #expect(hash.finalize().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test
    func aCopyGoesOnFromTheSameStateAlone() {
        var hash = SHA256Hash()
        hash.update(Array("ab".utf8))
        var copy = hash
        copy.update(Array("something else".utf8))
        _ = copy.finalize()
        hash.update(Array("c".utf8))
        #expect(hash.finalize().hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test
    func aDigestIsItsBytes() {
        let digest = SHA256Hash.hash(Array("abc".utf8))
        #expect(digest.bytes.count == SHA256Digest.byteCount)
        #expect(digest.bytes.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(digest.bytes.last == 0xAD)
        #expect(digest == SHA256Hash.hash(Array("abc".utf8)))
        #expect(digest != SHA256Hash.hash(Array("abd".utf8)))
        #expect(Set([digest, SHA256Hash.hash(Array("abc".utf8)), SHA256Hash.hash([])]).count == 2)
    }
}
