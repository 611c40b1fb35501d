// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The library's articles say only what is run.
@Suite struct DocumentationTests {
    private static let folder = Repository.file("Sources/SignetSigning/SignetSigning.docc")

    private static func articles() throws -> [(name: String, text: String)] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    /// A line without what its place gives it.
    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test func everyExampleIsRun() throws {
        let source = Repository.file("Tests/SignetSigningTests/Documentation/ExampleTests.swift")
        let run = try Self.lines(String(contentsOf: source, encoding: .utf8)).joined(separator: "\n")
        var examples = 0
        for (name, text) in try Self.articles() {
            let blocks = text.components(separatedBy: "```swift\n").dropFirst().compactMap {
                $0.components(separatedBy: "```").first
            }
            examples += blocks.count
            for block in blocks {
                #expect(
                    run.contains(Self.lines(block).joined(separator: "\n")),
                    "\(name) shows what is not run:\n\(block)"
                )
            }
        }
        #expect(examples > 15)
    }

    @Test func everyArticleIsInTheIndex() throws {
        let articles = try Self.articles()
        let index = try #require(articles.first { $0.name == "SignetSigning.md" }).text
        for (name, _) in articles where name != "SignetSigning.md" {
            #expect(index.contains("<doc:\(name.dropLast(3))>"), "\(name)")
        }
        #expect(articles.count == 10)
    }
}
