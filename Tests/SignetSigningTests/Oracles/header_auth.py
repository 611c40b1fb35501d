#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes requests that botocore's S3SigV4Auth signed in their headers: JSON, one case a line."""

import argparse
import base64
import datetime
import json
import os
import random
import string
import sys
from urllib.parse import quote

# The oracle is botocore's own signer: with awscrt installed it would sign with that, by a clock of its own.
os.environ["BOTO_DISABLE_CRT"] = "true"
try:
    import botocore.auth
    import botocore.config
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError as error:
    sys.exit(f"ModuleNotFoundError: {error}")

CREDENTIALS = [
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
    ("minioadmin", "minioadmin", None),
    ("key,with=marks;", "s" * 97 + " ümlauts and 🔑", None),
    ("ASIAIOSFODNN7EXAMPLE", "another/secret+key", "IQoJb3JpZ2luX2VjEHYaCXVzLWVhc3QtMSJHMEUCIQD//++==abc/def+ghi=="),
]
HOSTS = ["examplebucket.s3.eu-central-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "localhost:9000", "[::1]:7480"]
REGIONS = ["us-east-1", "eu-central-1", "us-gov-west-1", "auto"]
PIECES = ["a", "photos", "ü", "漢字", "😀", "x y", "//", "/../", "/./", "..", "+", "%", "%2F", "?", "#", "&", "=", "~", "$", "!*'()", ",;:@"]
QUERIES = [
    [("uploads", "")],
    [("uploadId", "VXBsb2FkIElE+/=="), ("partNumber", "17")],
    [("list-type", "2"), ("prefix", "a b/ü+c"), ("max-keys", "1000"), ("delimiter", "/")],
    [("versionId", "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo")],
    [("lifecycle", "")],
    [("a", "2"), ("a", "1"), ("A", "3"), ("aa", "")],
    [],
]
PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = None
        botocore.auth.get_current_datetime = lambda *_, **__: self.now

    def pick(self, values):
        return values[self.random.randrange(len(values))]

    def words(self, alphabet, longest):
        return "".join(self.pick(alphabet) for _ in range(self.random.randrange(longest + 1)))

    def headers(self):
        headers = {}
        for _ in range(self.random.randrange(4)):
            name = "x-amz-meta-" + self.words(string.ascii_letters + string.digits + "-_.", 8) + "x"
            if name.lower() not in {known.lower() for known in headers}:
                headers[name] = self.words(PRINTABLE, 20) + self.pick(["", "  two   words ", "\t"])
        for name, values in {
            "Range": ["bytes=0-9"],
            "content-type": ["text/plain", "application/xml; charset=utf-8"],
            "X-Amz-Storage-Class": ["STANDARD_IA"],
            "x-amz-copy-source": ["/bucket/a%20b"],
            "If-None-Match": ["*"],
            "content-length": ["0", "12345"],
        }.items():
            if self.random.random() < 0.25:
                headers[name] = self.pick(values)
        return headers

    def case(self, number):
        access_key, secret, token = self.pick(CREDENTIALS)
        seconds = self.random.randrange(1_300_000_000, 1_900_000_000)
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        self.now = epoch + datetime.timedelta(seconds=seconds)
        path = "/" + self.words(PIECES, 6)
        query = self.pick(QUERIES)
        region, host = self.pick(REGIONS), self.pick(HOSTS)
        service = self.pick(["s3", "s3", "s3express"])
        method = self.pick(["GET", "PUT", "POST", "DELETE", "HEAD"])
        kind = self.pick(["none", "body", "unsigned"])
        body = bytes(self.random.randrange(256) for _ in range(self.random.randrange(200))) if kind == "body" else b""
        headers = self.headers()
        text = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in query)
        url = f"https://{host}{quote(path, safe='/-_.~')}" + (f"?{text}" if query else "")
        request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
        request.context["client_config"] = botocore.config.Config(s3={"payload_signing_enabled": kind != "unsigned"})
        botocore.auth.S3SigV4Auth(Credentials(access_key, secret, token), service, region).add_auth(request)
        return {
            "id": number, "method": method, "host": host, "path": path, "query": query, "headers": list(headers.items()),
            "kind": kind, "body": base64.b64encode(body).decode(), "accessKey": access_key, "secretKey": secret,
            "sessionToken": token, "time": seconds, "region": region, "service": service, "url": url,
            "expected": sorted((name.lower(), str(value).strip(" \t")) for name, value in request.headers.items()),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    for number in range(arguments.count):
        print(json.dumps(generator.case(number)))


main()
