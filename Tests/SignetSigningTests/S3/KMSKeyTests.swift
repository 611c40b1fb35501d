// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// KMS Developer Guide, "Key identifiers (KeyId)".
@Suite
struct KMSKeyTests {
    private static let id = "1234abcd-12ab-34cd-56ef-1234567890ab"
    private static let account = "111122223333"

    private func header(_ key: String) throws -> String? {
        var options = S3ObjectOptions()
        options.encryption = .kms
        options.kmsKey = key
        return try S3RequestParts(.putObject, options, at: Example.onAWS()).headers
            .first { $0.name == "x-amz-server-side-encryption-aws-kms-key-id" }?.value
    }

    @Test(arguments: [
        id, id.uppercased(), "mrk-1234abcd12ab34cd56ef1234567890ab", "alias/a", "alias/aws/s3", "alias/team_1/key-2",
        "alias/" + String(repeating: "a", count: 250), "arn:aws:kms:us-east-1:\(account):key/\(id)",
        "arn:aws:kms:us-east-1:\(account):key/mrk-1234abcd12ab34cd56ef1234567890ab",
        "arn:aws:kms:ap-southeast-2:\(account):alias/uploads", "arn:aws-cn:kms:cn-north-1:\(account):key/\(id)",
        "arn:aws-us-gov:kms:us-gov-west-1:\(account):alias/a", "arn:aws-eusc:kms:eusc-de-east-1:\(account):key/\(id)",
        "arn:aws-iso:kms:us-iso-east-1:\(account):key/\(id)", "arn:aws-iso-b:kms:us-isob-east-1:\(account):key/\(id)",
    ])
    func allFormsAreTakenAsTheyAre(key: String) throws {
        #expect(try header(key) == key)
    }

    @Test(arguments: [
        "", "key", "alias/", "alias/a b", "alias/ü", "alias/" + String(repeating: "a", count: 251), "aws/s3",
        "1234abcd-12ab-34cd-56ef-1234567890a", "1234abcd12ab34cd56ef1234567890ab",
        "1234abcg-12ab-34cd-56ef-1234567890ab",
        "mrk-1234abcd12ab34cd56ef1234567890a", "key/\(id)", "arn:aws:kms:us-east-1:\(account):\(id)",
        "arn:aws:kms:us-east-1:\(account):key/", "arn:aws:kms::\(account):key/\(id)",
        "arn:aws:kms:us-east-1:11112222333:key/\(id)", "arn:aws:kms:us-east-1:11112222333a:key/\(id)",
        "arn:aws:s3:us-east-1:\(account):key/\(id)", "arn:gcp:kms:us-east-1:\(account):key/\(id)",
        "arn:aws:kms:us-east-1:\(account):key/\(id):x", "arn:aws:kms:us east:\(account):key/\(id)",
        "\(id)\r\nx-evil: 1",
    ])
    func anythingElseIsNoKey(key: String) throws {
        #expect(try refusal { try header(key) } == Refusal(.invalidKMSKey, "kmsKey"))
    }
}
