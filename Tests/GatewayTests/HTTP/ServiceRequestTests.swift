// SPDX-License-Identifier: Apache-2.0

import Gateway
import Management
import NIOHTTP1
import Testing

/// What all answers have in common, and the catalog.
@Suite(.timeLimit(.minutes(1))) struct ServiceRequestTests {
    @Test func regionsAreListed() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.get("/api/v1/regions")
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            let regions = try #require(try answer.json["regions"]?.array)
            #expect(regions.count == 46)
            #expect(
                regions.contains([
                    "code": "eusc-de-east-1", "name": "AWS European Sovereign Cloud (Germany)", "partition": "aws-eusc",
                    "dnsSuffix": "amazonaws.eu",
                ])
            )
        }
    }

    @Test func storageClassesHaveBothSpellingsAndReferencePrices() async throws {
        try await HTTPFixture.run { fixture in
            let json = try await fixture.get("/api/v1/storage-classes").json
            #expect(json["priceReference"] == ["currency": "USD", "unit": "GB-month", "region": "us-east-1"])
            let classes = try #require(json["storageClasses"]?.array)
            func price(_ name: String) -> JSON? {
                classes.first { $0["name"] == .string(name) }?["pricePerGbMonth"]
            }
            let prices = [
                "STANDARD": 0.023, "STANDARD_IA": 0.0125, "ONEZONE_IA": 0.01, "INTELLIGENT_TIERING": 0.023,
                "GLACIER_INSTANT_RETRIEVAL": 0.004, "GLACIER_FLEXIBLE_RETRIEVAL": 0.0036,
                "GLACIER_DEEP_ARCHIVE": 0.00099,
            ]
            for (name, value) in prices { #expect(price(name) == .number(value)) }
            #expect(price("REDUCED_REDUNDANCY") == .null)
            #expect(classes.first { $0["wireValue"] == "GLACIER_IR" }?["name"] == "GLACIER_INSTANT_RETRIEVAL")
            #expect(classes.first { $0["name"] == "INTELLIGENT_TIERING" }?["monitoringFee"] == true)
            #expect(classes.first { $0["name"] == "OUTPOSTS" }?["restriction"] == "outposts")
        }
    }

    @Test(arguments: ["/api/v1/regions", "/api/v1/storage-classes", "/nowhere"])
    func headHasNoBody(path: String) async throws {
        try await HTTPFixture.run { fixture in
            let head = try await fixture.send(.HEAD, path)
            let get = try await fixture.get(path)
            #expect(head.status == get.status)
            #expect(head.body.isEmpty)
        }
    }

    @Test func clientsOwnCorrelationIDIsKept() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.get("/nowhere", headers: ["x-request-id": "order-4711/"])
            #expect(answer.header("x-request-id") == "order-4711/")
            #expect(try answer.json["correlationId"] == "order-4711/")
            #expect(fixture.logs.lines.contains { $0.contains("order-4711/") })
        }
    }

    @Test(arguments: ["has space", "quo\"te", String(repeating: "x", count: 129)])
    func correlationIDThatDoesNotBelongInALogIsReplaced(id: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.get("/nowhere", headers: ["x-request-id": id])
            #expect(answer.header("x-request-id")?.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        }
    }

    @Test func metricsTellRoutesApartAndNeverPaths() async throws {
        try await HTTPFixture.run { fixture in
            for index in 0..<30 {
                _ = try await fixture.get("/scan/\(index)")
                _ = try await fixture.send([.REPORT, .LINK, .SEARCH][index % 3], "/scan")
                _ = try await fixture.get("/api/v1/jobs/\(index)")
            }
            _ = try await fixture.post(HTTPFixture.upload, BadInputTests.upload([:]))
            let lines = fixture.metrics.exposition().split(separator: "\n")
            let counts = lines.filter { $0.hasPrefix("http_server_request_duration_seconds_count") }
            #expect(
                counts == [
                    #"http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="400",http_route="/api/v1/jobs/{id}"} 30"#,
                    #"http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="404",http_route="unmatched"} 30"#,
                    #"http_server_request_duration_seconds_count{http_request_method="OTHER",http_response_status_code="404",http_route="unmatched"} 30"#,
                    #"http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="200",http_route="/api/v1/upload/s3/signed-url"} 1"#,
                ]
            )
        }
    }
}
