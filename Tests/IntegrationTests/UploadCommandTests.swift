// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet upload` through a platform to a server that verifies signatures; boto3 reads back.
@Suite(.takingTurns, .timeLimit(.minutes(10))) struct UploadCommandTests {
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "signet-upload-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        /// Random bytes, written a piece at a time.
        func file(_ name: String, bytes: Int) throws -> String {
            let path = url.appending(path: name).path
            try Data().write(to: URL(fileURLWithPath: path))
            let handle = try #require(FileHandle(forWritingAtPath: path))
            for start in stride(from: 0, to: bytes, by: 64 << 20) {
                try handle.write(contentsOf: MultipartFixture.file(bytes: min(64 << 20, bytes - start)))
            }
            try handle.close()
            return path
        }
    }

    private static func arguments(_ file: String, _ fixture: MultipartFixture, _ more: [String]) -> [String] {
        [
            "upload", file, "--gateway", fixture.platform.url, "--bucket", fixture.s3.bucket, "--endpoint",
            fixture.endpoint,
        ] + more
    }

    private static func environment(_ folder: Folder) -> ProcessEnvironment {
        .inherited(adding: ["XDG_STATE_HOME": folder.url.path])
    }

    private static func upload(
        _ file: String,
        _ fixture: MultipartFixture,
        _ folder: Folder,
        _ more: [String]
    ) async throws -> (status: ChildProcess.ExitStatus, object: [String: Any], errors: String) {
        let (status, output, errors) = try await runToEnd(
            ProductExecutables.signet().path,
            arguments(file, fixture, more),
            environment: environment(folder)
        )
        let object = try? JSONSerialization.jsonObject(with: output) as? [String: Any]
        return (status, object ?? [:], String(decoding: errors, as: UTF8.self))
    }

    private static func sha256(ofFile path: String) async throws -> String {
        let output = try await outputOfTool("sha256sum", [path])
        return String(String(decoding: output, as: UTF8.self).prefix(64))
    }

    /// The client is killed in the middle; the same command goes on, and sends nothing twice that S3 has.
    @Test(arguments: [64] + (ProcessInfo.processInfo.environment["SIGNET_TEST_LONG"] == "1" ? [1_024] : []))
    func uploadThatIsKilledGoesOn(megabytes: Int) async throws {
        let s3 = try await RadosGateway.shared()
        try await PausingProxy.run(to: s3) { proxy in
            try await MultipartFixture.run(endpoint: proxy.endpoint) { fixture in
                let folder = try Folder()
                let file = try folder.file("film.bin", bytes: megabytes << 20)
                let key = "stop-after-part-killed\(megabytes)"
                let options = ["--key", key, "--part-size", String(5 << 20), "--parallel", "3", "--quiet"]
                let client = try ChildProcess(
                    ProductExecutables.signet().path,
                    Self.arguments(file, fixture, options),
                    environment: Self.environment(folder)
                )
                try await proxy.waitForStops(["stop-after-part-killed"])
                client.kill()
                #expect(try await client.exitStatus() == .signalled(SIGKILL))
                let run = try await Self.upload(file, fixture, folder, options)
                #expect(run.status == .exited(code: 0), "\(run.errors)")
                let (sent, resumed) = (run.object["sent"] as? Int ?? 0, run.object["resumed"] as? Int ?? 0)
                #expect(resumed >= 1)
                #expect(sent + resumed == ((megabytes << 20) + (5 << 20) - 1) / (5 << 20))
                let read = try await fixture.boto("read", [key])
                #expect(read["sha256"] as? String == (try await Self.sha256(ofFile: file)))
                #expect(try await fixture.boto("uploads", [key])["ids"] as? [String] == [])
                // Nothing is left that would make another run believe that it goes on.
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/signet/uploads")
                #expect(left.isEmpty)
            }
        }
    }

    @Test func filesOfAllSizesAreUploadedAndAnUploadCanBeGivenUp() async throws {
        try await MultipartFixture.run { fixture in
            let folder = try Folder()
            for bytes in [0, 1, 16 << 20, (40 << 20) + 1] {
                let file = try folder.file("file \(bytes).bin", bytes: bytes)
                let run = try await Self.upload(file, fixture, folder, ["--content-type", "video/mp4"])
                #expect(run.status == .exited(code: 0), "\(run.errors)")
                #expect(run.object["size"] as? Int == bytes)
                #expect(run.errors.contains("[####################]  100 %"))
                let key = try #require(run.object["key"] as? String)
                #expect(key.hasSuffix("/file \(bytes).bin"))
                let read = try await fixture.boto("read", [key])
                #expect(read["sha256"] as? String == (try await Self.sha256(ofFile: file)))
                #expect(read["type"] as? String == "video/mp4")
            }
            let file = try folder.file("other.bin", bytes: 1_000)
            let none = try await Self.upload(file, fixture, folder, ["--abort"])
            #expect(none.status == .exited(code: 0))
        }
    }

    @Test func whatIsWrongIsToldWithWhatToDo() async throws {
        try await MultipartFixture.run { fixture in
            let folder = try Folder()
            let file = try folder.file("file.bin", bytes: 1_000)
            for (path, more, words) in [
                ("/nonexistent", [], ["cannot be read"]), (folder.url.path, [], ["no regular file"]),
                (file, ["--gateway", "http://127.0.0.1:1"], ["no gateway answers"]),
                (file, ["--part-size", "1"], ["invalid_length", "partSize"]),
                (file, ["--bucket", "no-such-bucket"], ["bucket_not_found"]),
                (file, ["--profile", "none"], ["unknown_profile"]),
            ] as [(String, [String], [String])] {
                let run = try await Self.upload(path, fixture, folder, more)
                #expect(run.status == .exited(code: 1))
                for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
                #expect(!run.errors.contains("X-Amz"))
            }
        }
    }
}
