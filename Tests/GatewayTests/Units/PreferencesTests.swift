// SPDX-License-Identifier: Apache-2.0

import Gateway
import HTTPTypes
import Testing

@Suite struct PreferencesTests {
    private func preferences(_ lines: String...) throws -> Preferences {
        let prefer = try #require(HTTPField.Name("Prefer"))
        var headers = HTTPFields()
        for line in lines { headers.append(HTTPField(name: prefer, value: line)) }
        return Preferences(headers)
    }

    @Test(
        arguments: [
            ("respond-async", true, nil), ("Respond-Async", true, nil), ("respond-async; foo=\"bar\"", true, nil),
            ("respond-async, wait=10", true, 10), ("wait=10,respond-async", true, 10), ("wait = 10", false, 10),
            ("wait=\"10\"", false, 10), ("wait=0", false, 0), ("return=minimal, wait=5", false, 5),
            ("wait=5, wait=9", false, 5), ("wait", false, nil), ("wait=", false, nil), ("wait=-1", false, nil),
            ("wait=ten", false, nil), ("wait=99999999999999999999", false, nil),
            ("wait=9223372036854775807", false, nil),
            ("respond-async=1", false, nil), ("", false, nil), (",,;=", false, nil),
        ] as [(String, Bool, Int?)]
    )
    func headerIsReadAndNonsenseIgnored(header: String, respondAsync: Bool, wait: Int?) throws {
        let preferences = try preferences(header)
        #expect(preferences.respondAsync == respondAsync)
        #expect(preferences.wait == wait)
    }

    @Test func headerMayStandOnSeveralLines() throws {
        let preferences = try preferences("respond-async", "wait=3")
        #expect(preferences.respondAsync)
        #expect(preferences.wait == 3)
    }

    @Test(
        arguments: [
            ("", 5), ("wait=2", 2), ("wait=20", 20), ("wait=31", 30), ("respond-async", 0),
            ("respond-async, wait=2", 2),
            ("wait=0", 0),
        ] as [(String, Int)]
    )
    func waitIsHeldToTheMaximum(header: String, seconds: Int) throws {
        #expect(try preferences(header).patience(standard: .seconds(5), maximum: .seconds(30)) == .seconds(seconds))
    }

    @Test(
        arguments: [
            ("", true, nil), ("respond-async", true, "respond-async"), ("respond-async", false, nil),
            ("respond-async, wait=2", true, "respond-async, wait=2"), ("respond-async, wait=2", false, "wait=2"),
            ("wait=31", true, nil),
        ] as [(String, Bool, String?)]
    )
    func onlyWhatMadeADifferenceIsCalledApplied(header: String, isAsynchronous: Bool, applied: String?) throws {
        #expect(try preferences(header).applied(maximum: .seconds(30), isAsynchronous: isAsynchronous) == applied)
    }
}
