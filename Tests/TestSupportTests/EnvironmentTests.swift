// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct EnvironmentTests {
    @Test func findsTheProgramThatWasBuiltWithTheTests() throws {
        let signet = try ProductExecutables.signet()
        #expect(signet.lastPathComponent == "signet")
        #expect(FileManager.default.isExecutableFile(atPath: signet.path))
        #expect(throws: TestSupportError.self) { try ProductExecutables.product("no-such-product") }
    }

    @Test func runsPythonWithInputAndArguments() async throws {
        let output = try await PythonEnvironment.run(
            source: "import sys; sys.stdout.write(sys.argv[1] + sys.stdin.read())",
            arguments: ["a"],
            input: Data("b".utf8)
        )
        #expect(output == Data("ab".utf8))
    }

    @Test(arguments: [
        "awscrt", "boto3", "botocore", "cryptography", "jsonschema", "openapi_spec_validator", "prometheus_client",
        "requests", "schemathesis", "yaml",
    ])
    func pythonHasTheModulesThatTheTestsNeed(module: String) async throws {
        _ = try await PythonEnvironment.run(source: "import \(module)")
    }

    @Test func namesTheRemedyWhenAModuleIsMissing() async {
        let error = await #expect(throws: TestSupportError.self) {
            try await PythonEnvironment.run(source: "import no_such_module")
        }
        #expect(error?.description.contains("docker/bootstrap.sh --test") == true)
        #expect(error?.description.contains("no_such_module") == true)
    }

    @Test func tellsWhatAFailingProgramSaid() async {
        let error = await #expect(throws: TestSupportError.self) {
            try await PythonEnvironment.run(source: "raise ValueError('this one')")
        }
        #expect(error?.description.contains("this one") == true)
    }
}
