// SPDX-License-Identifier: Apache-2.0

package import S3ControlPlane

/// How a worker asks S3, and where it notes what it began.
package struct S3Access: Sendable {
    let plane: S3ControlPlane
    let claims: UploadClaims
    let shares: EndpointShares
    /// Milliseconds after which a job can be run again, ascending; empty: it cannot.
    let delays: [Int]

    /// - Parameter inFlight: Jobs that ask S3 at the same time.
    package init(plane: S3ControlPlane, claims: UploadClaims, delays: [Int], inFlight: Int) {
        self.plane = plane
        self.claims = claims
        shares = EndpointShares(share: inFlight * 3 / 4)
        self.delays = delays.sorted()
    }
}
