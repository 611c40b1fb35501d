// SPDX-License-Identifier: Apache-2.0

// Sockets reach Swift through whichever C module names them first.
internal import CRDKafka

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Holds a port of 127.0.0.1 without listening: clients are refused, and nobody else gets it.
///
/// The library opens the same port again when a broker comes back, and ends the process if it cannot. Where neither
/// socket listens, both may be bound.
final class ReservedPort: Sendable {
    private let socket: Int32

    /// `nil`: somebody has it already.
    init?(_ port: UInt16) {
        #if canImport(Glibc)
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return nil }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return nil
        }
        socket = descriptor
    }

    deinit { close(socket) }
}
