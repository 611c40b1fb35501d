// SPDX-License-Identifier: Apache-2.0

extension CredentialScope {
    /// A scope whose names come from outside: neither a slash nor a line end gets into headers and strings to sign.
    init(checking time: SigningTime, region: String, service: String) throws(SigningError) {
        guard Self.isName(region) else {
            throw SigningError(
                .unknownRegion,
                parameter: "region",
                message:
                    "a region consists of lower-case letters, digits and hyphens; many stores take us-east-1 or auto"
            )
        }
        try Self.check(service: service)
        self.init(dateStamp: time.dateStamp, region: region, service: service)
    }

    static func check(service: String) throws(SigningError) {
        guard isName(service) else {
            throw SigningError(
                .invalidOption,
                parameter: "service",
                message: "a service consists of lower-case letters, digits and hyphens, e.g. s3"
            )
        }
    }

    /// 1 to 64 lower-case letters, digits and hyphens.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
