// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The programs that were built together with the tests.
package enum ProductExecutables {
    /// The `signet` of the build that these tests are part of.
    package static func signet() throws -> URL {
        try product("signet")
    }

    /// A program of the same build: it stands beside the bundle of the tests.
    ///
    /// - Throws: ``TestSupportError`` when it is not there.
    package static func product(_ name: String) throws -> URL {
        let path = testBundle.deletingLastPathComponent().appendingPathComponent(name)
        guard FileManager.default.isExecutableFile(atPath: path.path) else {
            throw TestSupportError("\(path.path) is not there: build it with the tests (swift build --build-tests)")
        }
        return path
    }

    private static var testBundle: URL {
        #if os(Linux)
        // On Linux the bundle is the program that runs.
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        #else
        Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL ?? Bundle.main.bundleURL
        #endif
    }
}
