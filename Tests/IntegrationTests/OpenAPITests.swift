// SPDX-License-Identifier: Apache-2.0

import Foundation
import Gateway
import TestSupport
import Testing

/// The gateway against its description, `Schemas/openapi.yaml`.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct OpenAPITests {
    private static let description = Repository.file("Schemas/openapi.yaml").path

    /// What is wrong with the description itself, line by line; then its paths with their methods.
    private static let reader = """
        import json, sys, yaml
        from openapi_spec_validator import validate
        document = yaml.safe_load(open(sys.argv[1]))
        validate(document)
        methods = {'get', 'post', 'put', 'patch', 'delete'}
        print(json.dumps({path: sorted(methods & set(item)) for path, item in document['paths'].items()}))
        """

    @Test func everyPathIsDescribedWithItsMethods() async throws {
        let output = try await PythonEnvironment.run(source: Self.reader, arguments: [Self.description])
        let described = try #require(try JSONSerialization.jsonObject(with: output) as? [String: [String]])
        let served = RouteTable.methods.map { path, allow in
            // HEAD is answered wherever GET is.
            (path, allow.lowercased().split(separator: ", ").map(String.init).filter { $0 != "head" }.sorted())
        }
        #expect(described == Dictionary(uniqueKeysWithValues: served))
    }

    /// Sends the example of every operation, and requests that must be refused, and holds each answer against the schema
    /// of its status and media type.
    private static let client = """
        import json, sys, jsonschema, requests, yaml
        document = yaml.safe_load(open(sys.argv[1]))
        url = sys.argv[2]
        failures = []

        def schema(reference):
            return {'$ref': reference, 'components': document['components']}

        def hold(value, schema, what):
            validator = jsonschema.Draft202012Validator({**schema, 'components': document['components']})
            for error in validator.iter_errors(value):
                failures.append(f'{what}: {"/".join(map(str, error.path))} {error.message[:200]}')

        def check(path, method, answer, what):
            status = str(answer.status_code)
            operation = document['paths'][path][method]
            response = operation['responses'].get(status)
            if response is None:
                return failures.append(f'{what}: status {status} is not described: {answer.text[:300]}')
            if '$ref' in response:
                response = document['components']['responses'][response['$ref'].split('/')[-1]]
            kind = answer.headers['content-type']
            if kind not in response['content']:
                return failures.append(f'{what}: {kind} is not described for {status}')
            if 'json' in kind and 'ndjson' not in kind:
                hold(answer.json(), response['content'][kind]['schema'], what)
            return answer

        def lines(answer, what):
            names = {'shared': 'BatchSharedLine', 'item': 'BatchItemLine', 'summary': 'BatchSummaryLine',
                     'problem': 'BatchProblemLine'}
            for line in answer.text.splitlines():
                value = json.loads(line)
                hold(value, {'$ref': '#/components/schemas/' + names[value['type']]}, what)

        for path, item in document['paths'].items():
            operation = item.get('post')
            if operation is None:
                continue
            content = operation['requestBody']['content']
            example = content['application/json'].get('example')
            if example is None:
                continue
            hold(example, content['application/json']['schema'], f'the example of {path}')
            for body, headers in [(example, {}), (example, {'prefer': 'respond-async'}), ({}, {}), ('no object', {})]:
                answer = requests.post(url + path, json=body, headers=headers)
                expected = 202 if headers else 200 if body is example else 400
                what = f'POST {path} {json.dumps(body)[:60]}'
                check(path, 'post', answer, what)
                if answer.status_code != expected:
                    failures.append(f'{what}: {answer.status_code} instead of {expected}: {answer.text[:300]}')
            if 'application/x-ndjson' in content:
                text = '\\n'.join(json.dumps(line) for line in [{'defaults': example['defaults']}] + example['items'] + [5])
                for headers in [{}, {'prefer': 'respond-async'}]:
                    headers['content-type'] = 'application/x-ndjson'
                    answer = check(path, 'post', requests.post(url + path, data=text, headers=headers), f'NDJSON {path}')
                    if answer is not None and answer.status_code == 200:
                        lines(answer, f'NDJSON {path}')

        batch = '/api/v1/batch/s3/signed-urls'
        example = document['paths'][batch]['post']['requestBody']['content']['application/json']['example']
        accepted = requests.post(url + batch, json=example, headers={'prefer': 'respond-async'}).json()
        events = requests.get(url + f"/api/v1/jobs/{accepted['jobId']}/events")
        check('/api/v1/jobs/{id}/events', 'get', events, 'events')
        for ending in ['', '/results']:
            path = '/api/v1/jobs/{id}' + ending
            for job in [accepted['jobId'], '0192f3a1-7c5e-7d2b-9c41-3f6a5b7c8d9e', 'no-id']:
                answer = check(path, 'get', requests.get(url + path.replace('{id}', job)), f'GET {path} {job}')
                if ending and answer is not None and answer.status_code == 200:
                    lines(answer, f'GET {path}')
        refresh = '/api/v1/batch/refresh'
        first = requests.post(url + batch, json=example).json()
        stream = requests.post(url + batch, headers={'content-type': 'application/x-ndjson'},
                               data='\\n'.join(json.dumps(line) for line in [{'defaults': example['defaults']}] + example['items']))
        streamed = json.loads(stream.text.splitlines()[-1])['refreshToken']
        for body, expected in [({'refreshToken': first['summary']['refreshToken'], 'ids': ['2', 'none']}, 200),
                               ({'refreshToken': accepted['refreshToken']}, 200), ({'refreshToken': streamed}, 200),
                               ({'refreshToken': streamed, 'ids': ['none']}, 404), ({'refreshToken': 'x'}, 403),
                               ({'refreshToken': streamed, 'ids': []}, 400)]:
            answer = requests.post(url + refresh, json=body)
            check(refresh, 'post', answer, f'refresh {expected}')
            if answer.status_code != expected:
                failures.append(f'refresh: {answer.status_code} instead of {expected}: {answer.text[:300]}')
            if answer.headers['content-type'].startswith('application/x-ndjson'):
                lines(answer, 'refresh')
        check('/api/v1/jobs/{id}', 'delete', requests.delete(url + f"/api/v1/jobs/{accepted['jobId']}"), 'DELETE')
        for path in ['/api/v1/regions', '/api/v1/storage-classes']:
            check(path, 'get', requests.get(url + path), path)
        print('\\n'.join(failures), end='')
        """

    /// Runs a platform whose workers can sign whatever an example asks for.
    private static func run(
        gateway: [String: String] = [:],
        _ body: (Platform, _ folder: URL) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key.pem").path
        _ = try await outputOfTool("openssl", ["genpkey", "-algorithm", "RSA", "-quiet", "-out", key])
        let profiles = folder.appending(path: "profiles.json")
        let ring = ["keys": [["keyPairId": "K1", "privateKeyFile": key]]]
        try JSONSerialization.data(withJSONObject: ["cloudFrontKeyRings": ["default": ring]]).write(to: profiles)
        let options = Platform.Options(
            worker: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
                "SIGNET_WORKER_PROFILES_FILE": profiles.path,
            ],
            gateway: gateway
        )
        try await Platform.run(options) { platform in try await body(platform, folder) }
    }

    @Test func examplesWorkAndEveryAnswerIsAsItIsDescribed() async throws {
        try await Self.run { platform, _ in
            let failures = try await PythonEnvironment.run(
                source: Self.client,
                arguments: [Self.description, platform.url]
            )
            #expect(failures.isEmpty, "\(String(decoding: failures, as: UTF8.self))")
        }
    }

    /// Schemathesis makes requests of the description, good ones and broken ones. What a value must be beyond its shape is
    /// the workers' to say, so a refusal of a well-shaped request is no failure.
    private static let schemathesis = """
        import os, pathlib, subprocess, sys
        description, url, folder, seed = sys.argv[1:]
        os.chdir(folder)
        program = pathlib.Path(sys.executable).parent / 'schemathesis'
        checks = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance',
                  'response_headers_conformance', 'response_schema_conformance', 'unsupported_method']
        run = subprocess.run([program, '--no-color', 'run', description, '--url', url, '--seed', seed,
                              '--checks', ','.join(checks), '--phases', 'examples,coverage,fuzzing',
                              '--max-examples', '15', '--request-timeout', '20', '--warnings', 'off'],
                             capture_output=True, text=True)
        print('passed' if run.returncode == 0 else run.stdout[-6000:] + run.stderr[-2000:], end='')
        """

    @Test func requestsOfEveryShapeAreAnsweredAsItIsDescribed() async throws {
        var generator = SeededGenerator.printed("schemathesis")
        let seed = String(UInt32.random(in: 0 ... .max, using: &generator))
        // What would ask S3 is answered 202 soon: there is none here.
        try await Self.run(gateway: ["SIGNET_GATEWAY_WAIT_UNTIL": "10"]) { platform, folder in
            let told = try await PythonEnvironment.run(
                source: Self.schemathesis,
                arguments: [Self.description, platform.url, folder.path, seed]
            )
            #expect(String(decoding: told, as: UTF8.self) == "passed")
        }
    }
}
