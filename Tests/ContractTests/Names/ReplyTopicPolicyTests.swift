// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct ReplyTopicPolicyTests {
    @Test(arguments: [
        ("signet.replies*", "signet.replies"), ("signet.replies*", "signet.replies-eu"), ("*", ""), ("*", "anything"),
        ("a*c", "ac"), ("a*c", "abcabc"), ("*.replies", "team.replies"), ("a*b*c", "a-b-b-c"), ("**", "x"),
        ("exact", "exact"), ("*aab", "aaaab"), ("", ""),
    ])
    func matchingTopicIsAllowed(pattern: String, topic: String) {
        #expect(ReplyTopicPolicy(patterns: [pattern]).allows(topic))
    }

    @Test(arguments: [
        ("signet.replies*", "signet.reply"), ("signet.replies*", "xsignet.replies"),
        ("signet.replies", "signet.replies2"),
        ("signet.replies", "signetxreplies"), ("a*c", "ab"), ("a*c", "c"), ("*.replies", "team.replies.x"),
        ("a*b*c", "a-c-b"), ("", "x"), ("SIGNET*", "signet.replies"), ("?", "a"),
    ])
    func otherTopicIsRefused(pattern: String, topic: String) {
        #expect(!ReplyTopicPolicy(patterns: [pattern]).allows(topic))
    }

    @Test func noPatternAllowsNothing() {
        #expect(!ReplyTopicPolicy(patterns: []).allows("signet.replies"))
        #expect(!ReplyTopicPolicy(list: "").allows(""))
    }

    @Test func listIsSplitAtCommasAndTrimmed() {
        let policy = ReplyTopicPolicy(list: " signet.replies* ,team replies,, other ")
        #expect(policy.patterns == ["signet.replies*", "team replies", "other"])
        #expect(policy.allows("signet.replies-1"))
        #expect(policy.allows("other"))
        #expect(!policy.allows("team"))
    }

    @Test func manyStarsTakeNoExponentialTime() {
        let pattern = String(repeating: "a*", count: 100) + "b"
        #expect(!ReplyTopicPolicy(patterns: [pattern]).allows(String(repeating: "a", count: 249)))
    }
}
