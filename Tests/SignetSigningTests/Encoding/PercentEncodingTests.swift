// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import Testing

@Suite
struct PercentEncodingTests {
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
    /// Every scalar of one and two bytes, and some of three and four.
    private static let scalars = (Array(0...0x7FF) + [0x20AC, 0xFFFF, 0x1F600, 0x10FFFF] as [UInt32])
        .compactMap(Unicode.Scalar.init)

    @Test
    func aQueryLeavesOnlyUnreservedCharactersBare() {
        for scalar in Self.scalars {
            let text = String(Character(scalar))
            #expect(PercentEncoding.query(text) == text.addingPercentEncoding(withAllowedCharacters: Self.unreserved))
        }
    }

    @Test
    func aPathKeepsSlashesBesides() {
        let allowed = Self.unreserved.union(["/"])
        for scalar in Self.scalars {
            let text = "/a\(scalar)//"
            #expect(PercentEncoding.path(text) == text.addingPercentEncoding(withAllowedCharacters: allowed))
        }
    }

    @Test(arguments: [
        ("", ""), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a%20b", "a%2520b"), ("a/b", "a%2Fb"), ("ü", "%C3%BC"),
        ("u\u{308}", "u%CC%88"), ("😀", "%F0%9F%98%80"), ("*'()!", "%2A%27%28%29%21"), ("\u{0}\u{7F}", "%00%7F"),
    ])
    func aQueryIsEncodedStrictlyAndOnce(text: String, encoded: String) {
        #expect(PercentEncoding.query(text) == encoded)
    }

    @Test(arguments: [
        ("a//b", "a//b"), ("a/../b", "a/../b"), ("./a/", "./a/"), ("a%2Fb", "a%252Fb"), ("~", "~"),
        ("?#&=", "%3F%23%26%3D"), (":@$,;", "%3A%40%24%2C%3B"),
    ])
    func aPathIsNotNormalised(text: String, encoded: String) {
        #expect(PercentEncoding.path(text) == encoded)
    }

    /// Long paths are looked at in steps of eight bytes, the last of which overlaps the one before.
    @Test
    func aCharacterIsEncodedWhereverItStands() {
        let allowed = Self.unreserved.union(["/"])
        for length in 7...18 {
            for position in 0..<length {
                for scalar in Self.scalars.prefix(0x100) {
                    var text = String(repeating: "k", count: position)
                    text.unicodeScalars.append(scalar)
                    text += String(repeating: "k", count: length - position - 1)
                    let expected = text.addingPercentEncoding(withAllowedCharacters: allowed)
                    guard PercentEncoding.path(text) != expected else { continue }
                    Issue.record("\(text.debugDescription)")
                }
            }
        }
    }
}
