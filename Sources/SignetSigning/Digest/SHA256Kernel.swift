// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// A way to hash several messages side by side.
package enum SHA256Kernel: CaseIterable, Sendable {
    case avx512
    case shaNI
    case avx2
    case portable

    var native: signet_sha256_kernel {
        switch self {
        case .avx512: signet_sha256_avx512
        case .shaNI: signet_sha256_sha_ni
        case .avx2: signet_sha256_avx2
        case .portable: signet_sha256_portable
        }
    }

    /// Whether this processor and its system can run it.
    package var isAvailable: Bool { signet_sha256_is_available(native) }

    /// Messages that it hashes at once.
    package var lanes: Int { signet_sha256_lanes(native) }

    /// Those to use here, the fastest for full lanes first; each takes what is too little for the one before it. Empty
    /// where OpenSSL alone is faster.
    package static let preferred: [SHA256Kernel] = {
        #if arch(x86_64)
        let wide = [SHA256Kernel.avx512].filter(\.isAvailable)
        if SHA256Kernel.shaNI.isAvailable { return wide + [.shaNI] }
        return Array((wide + [.avx2, .portable]).filter(\.isAvailable).prefix(1))
        #else
        // OpenSSL has the instructions of these machines; nothing here was measured against it.
        return []
        #endif
    }()

    /// What a block in all lanes costs, in hundredths of a block through OpenSSL on the same machine. Measured on an AMD
    /// EPYC of family 25 with OpenSSL 3, where that block takes 33 ns with the SHA extensions and 116 ns without.
    var blockCost: Int { cost.block }

    /// The same of a block that is equal in all lanes.
    var sharedBlockCost: Int { cost.shared }

    private var cost: (block: Int, shared: Int) {
        let hasExtensions = SHA256Kernel.shaNI.isAvailable
        switch self {
        case .avx512: return hasExtensions ? (840, 570) : (240, 165)
        case .shaNI: return (157, 107)
        case .avx2: return hasExtensions ? (840, 580) : (240, 165)
        case .portable: return hasExtensions ? (840, 610) : (240, 175)
        }
    }
}
