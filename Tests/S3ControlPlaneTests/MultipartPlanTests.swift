// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3ControlPlane
import TestSupport
import Testing

@Suite struct MultipartPlanTests {
    private static let mebibyte: Int64 = 1 << 20
    private static let gibibyte: Int64 = 1 << 30

    @Test(
        arguments: [
            (1, 16 << 20, 1), (16 << 20, 16 << 20, 1), ((16 << 20) + 1, 16 << 20, 2),
            (160_000 << 20, 16 << 20, 10_000), ((160_000 << 20) + 1, 17 << 20, 9_412),
            (5 << 40, 525 << 20, 9_987), (53_687_091_200_000, 5 << 30, 10_000),
        ] as [(Int64, Int64, Int)]
    )
    func partsAreAsSmallAsTenThousandAllow(fileSize: Int64, partSize: Int64, count: Int) throws {
        let plan = try MultipartPlan(fileSize: fileSize)
        #expect(plan.partSize == partSize)
        #expect(plan.partCount == count)
    }

    @Test func partsCoverTheFileOnce() throws {
        var generator = SeededGenerator.printed("plans")
        for _ in 0..<2_000 {
            let fileSize = Int64(
                Double(MultipartPlan.largestFile) * pow(Double.random(in: 0.001...1, using: &generator), 6)
            )
            let plan = try MultipartPlan(fileSize: max(1, fileSize))
            #expect((1...10_000).contains(plan.partCount))
            #expect(plan.partSize % Self.mebibyte == 0 && plan.partSize <= 5 * Self.gibibyte)
            var end: Int64 = 0
            for number in [1, 2, plan.partCount - 1, plan.partCount] where (1...plan.partCount).contains(number) {
                let range = try #require(plan.range(of: number))
                #expect(range.lowerBound == Int64(number - 1) * plan.partSize)
                #expect(number == plan.partCount || range.count == plan.partSize)
                end = range.upperBound
            }
            #expect(end == plan.fileSize)
            #expect(plan.range(of: 0) == nil && plan.range(of: plan.partCount + 1) == nil)
        }
    }

    @Test(
        arguments: [
            (0, nil, .fileSize, "at least 1 byte"), (-1, nil, .fileSize, "at least 1 byte"),
            (53_687_091_200_001, nil, .fileSize, "48.8 TiB"), (.max, nil, .fileSize, "48.8 TiB"),
            (.min, nil, .fileSize, "at least 1 byte"),
            (100 << 20, (5 << 20) - 1, .partSize, "5 MiB"), (100 << 20, 0, .partSize, "5 MiB"),
            (100 << 20, -5, .partSize, "5 MiB"), (1, 0, .partSize, "5 MiB"),
            (100 << 20, (5 << 30) + 1, .partSize, "5 GiB"), (100 << 20, .max, .partSize, "5 GiB"),
            (100 << 30, 5 << 20, .partSize, "at least 11534336"),
        ] as [(Int64, Int64?, MultipartPlanError.Field, String)]
    )
    func whatCannotBeIsToldWithWhatCould(
        fileSize: Int64,
        partSize: Int64?,
        field: MultipartPlanError.Field,
        message: String
    ) {
        let error = #expect(throws: MultipartPlanError.self) {
            try MultipartPlan(fileSize: fileSize, partSize: partSize)
        }
        #expect(error?.field == field)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func aChosenPartSizeIsKept() throws {
        #expect(try MultipartPlan(fileSize: 100 << 20, partSize: (5 << 20) + 7).partCount == 20)
        // The only part is the last one.
        #expect(try MultipartPlan(fileSize: 100, partSize: 100).partCount == 1)
        #expect(try MultipartPlan(fileSize: 100 << 30, partSize: 11_534_336).partCount == 9_310)
    }
}
