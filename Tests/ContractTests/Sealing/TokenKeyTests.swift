// SPDX-License-Identifier: Apache-2.0

import Contract
import Crypto
import Foundation
import Testing

@Suite struct TokenKeyTests {
    @Test func textFormReadsBackAndIsOtherwiseNotShown() throws {
        let key = TokenKey()
        #expect(key.id.count == 8)
        let again = try TokenKey("  \(key.exported)\n")
        #expect(again.id == key.id && again.key == key.key)
        let secret = key.exported.dropFirst(9)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains(secret)) }
        #expect(TokenKey().key != TokenKey().key)
        #expect(TokenKey(id: "spring").exported.hasPrefix("spring:"))
    }

    @Test(arguments: ["", ":", "a", "a:AAAA", "a:" + String(repeating: "A", count: 44)])
    func otherTextIsRefusedWithTheRemedy(text: String) {
        let error = #expect(throws: SealingKeyError.self) { try TokenKey(text) }
        #expect(error?.description.contains("signet keys generate-token-key") == true)
    }
}
