#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes presigned S3 requests as botocore makes them: JSON, one case a line, the same lines for the same seed.

corpus.jsonl beside this file is `generate.py --seed 20130524 --count 2050 --output corpus.jsonl`.
Each case holds the input (`request`) and what botocore made of it: the URL, and the headers that it signed, with the
values that it would send. The keys are in no way those of an account.
"""

import argparse
import datetime
import json
import os
import random
import string
import sys

try:
    import botocore.auth
    import botocore.config
    import botocore.credentials
    import botocore.session
except ImportError as error:
    sys.exit(f"botocore is missing ({error}): run docker/bootstrap.sh --test, or set SIGNET_TEST_VENV")

OPERATIONS = {"GET": "get_object", "PUT": "put_object", "HEAD": "head_object", "DELETE": "delete_object"}

# Name in a request, as S3 spells it in `x-amz-storage-class`.
STORAGE_CLASSES = {
    "STANDARD": "STANDARD",
    "STANDARD_IA": "STANDARD_IA",
    "ONEZONE_IA": "ONEZONE_IA",
    "INTELLIGENT_TIERING": "INTELLIGENT_TIERING",
    "REDUCED_REDUNDANCY": "REDUCED_REDUNDANCY",
    "GLACIER_INSTANT_RETRIEVAL": "GLACIER_IR",
    "GLACIER_IR": "GLACIER_IR",
    "GLACIER_FLEXIBLE_RETRIEVAL": "GLACIER",
    "GLACIER": "GLACIER",
    "GLACIER_DEEP_ARCHIVE": "DEEP_ARCHIVE",
    "DEEP_ARCHIVE": "DEEP_ARCHIVE",
}

KMS_KEYS = [
    None,
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "mrk-1234abcd12ab34cd56ef1234567890ab",
    "alias/uploads/2026_photos",
    "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "arn:aws:kms:us-west-2:111122223333:alias/uploads",
    "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/uploads",
]

ENDPOINTS = [
    "https://minio.example:9000",
    "http://minio.example:9000",
    "http://localhost:7480",
    "https://storage.example.org",
    "https://storage.example.org:8443/base",
    "https://storage.example.org/a/deeper/base_path-1.0~x",
    "http://127.0.0.1:9000",
    "http://10.0.0.7:8080/s3",
    "http://[::1]:7480",
    "https://[2001:db8::17]:9443",
    "https://0123456789abcdef.r2.cloudflarestorage.com",
    "https://s3.us-west-004.backblazeb2.com",
]
STORE_REGIONS = ["us-east-1", "auto", "us-west-004", "garage", "eu-central-1", "default", "r7"]

# Of a known form, but of no region that exists.
NEW_REGIONS = ["eu-central-7", "ap-southeast-42", "us-gov-north-9", "cn-south-3"]

BUCKETS = ["examplebucket", "abc", "my-bucket-2026", "0numbers9", "a" * 63]
DOTTED_BUCKETS = ["images.example.com", "a.b", "v1.2-assets"]

CREDENTIALS = [
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
    ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None),
    ("minioadmin", "minioadmin", None),
    # Longer than the block of SHA-256, so that HMAC hashes the key first.
    ("access.key+of=a_store@example", "s" * 97 + " with spaces, ümlauts and 🔑", None),
    (
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "IQoJb3JpZ2luX2VjEHYaCXVzLWVhc3QtMSJHMEUCIQD//++==abc/def+ghi==",
    ),
    ("ASIA2", "another/secret+key", "FwoGZXIvYXdzE" + "Aa0+/=" * 110 + "=="),
]

UNICODE = (
    [chr(code) for code in range(0xA1, 0x180)]
    + list("αβγδεЖщъыאבגدهوकखกขあいう漢字仮名한글")
    + ["e\u0301", "o\u0308\u0323", "\u0301", "\u200d", "\u200b", "\ufeff", "\u00a0", "\u2028", "\uffff", "Å", "Å", "ﬁ"]
    + ["😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "\U0010ffff", "𝒳", "\U000e0067"]
)
PIECES = ["/", "//", "/../", "/./", "..", ".", " ", "  ", "+", "%", "%2F", "%20", "%zz", "?", "#", "&", "=", "a=b&c=d", "\\", "~"]
TYPES = ["text/plain", "image/jpeg", "application/json; charset=utf-8", "application/octet-stream", "multipart/form-data; boundary=a b"]
DISPOSITIONS = ["inline", 'attachment; filename="report 2026.pdf"', "attachment; filename*=UTF-8''%e2%82%ac%20rates.txt"]
CACHE_CONTROLS = ["no-cache", "public, max-age=31536000, immutable", "max-age=0,   must-revalidate"]
RESPONSES = {
    "response-content-type": ("ResponseContentType", TYPES),
    "response-content-disposition": ("ResponseContentDisposition", DISPOSITIONS),
    "response-cache-control": ("ResponseCacheControl", CACHE_CONTROLS),
    "response-content-encoding": ("ResponseContentEncoding", ["gzip", "br, identity"]),
    "response-content-language": ("ResponseContentLanguage", ["de-CH", "en, fr"]),
}
VERSIONS = ["null", "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo", "L4kqt=JlcpXro/DTDmJ"]
# Header, botocore's name, values: what some methods may carry besides.
EXTRA_HEADERS = {
    "GET": [
        ("range", "Range", ["bytes=0-1023", "bytes=-5"]),
        ("if-match", "IfMatch", ['"d41d8cd98f00b204e9800998ecf8427e"']),
        ("if-none-match", "IfNoneMatch", ['"abc", "def"']),
        ("x-amz-expected-bucket-owner", "ExpectedBucketOwner", ["111122223333"]),
    ],
    "HEAD": [("if-match", "IfMatch", ['"d41d8cd98f00b204e9800998ecf8427e"'])],
    "DELETE": [("x-amz-mfa", "MFA", ["arn:aws:iam::111122223333:mfa/user 123456"])],
    "PUT": [
        ("x-amz-acl", "ACL", ["private", "bucket-owner-full-control"]),
        ("x-amz-tagging", "Tagging", ["project=signet&kind=a%20b"]),
        ("content-encoding", "ContentEncoding", ["gzip"]),
        ("content-language", "ContentLanguage", ["de, en"]),
        ("content-md5", "ContentMD5", ["1B2M2Y8AsgTpgAmY7PhCfg=="]),
        ("if-none-match", "IfNoneMatch", ["*"]),
        ("x-amz-website-redirect-location", "WebsiteRedirectLocation", ["/other%20place"]),
    ],
}


class Generator:
    def __init__(self, seed):
        # Whoever runs this may have settings of their own for AWS's tools.
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        self.random = random.Random(seed)
        self.session = botocore.session.Session()
        # One object for all clients, whose contents each case sets.
        self.credentials = botocore.credentials.Credentials("unset", "unset")
        self.session._credentials = self.credentials
        self.clients = {}
        self.sent = None
        self.now = None
        botocore.auth.get_current_datetime = lambda *_, **__: self.now
        self.regions = []
        for partition in self.session.get_available_partitions():
            self.regions += self.session.get_available_regions("s3", partition)
        self.regions.sort()

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, values):
        return values[self.random.randrange(len(values))]

    def key(self, number):
        kind = number % 8
        if kind == 0:
            # All printable ASCII characters, in another order each time.
            characters = [chr(code) for code in range(0x20, 0x7F)]
            self.random.shuffle(characters)
            return "".join(characters)
        if kind == 1:
            return "".join(self.pick(UNICODE) for _ in range(self.random.randrange(1, 12)))
        if kind == 2:
            words = [self.pick(["a", "b", "photos", "ü", "x y"]) for _ in range(5)]
            return "".join(self.pick(PIECES) + word for word in words) + self.pick(PIECES)
        if kind == 3:
            return self.pick(["photos/", "a//b", "/leading", "a/../b", "../up", "a/./b", "trailing//", "a b+c%d", "/", "~", "%"])
        if kind == 4:
            length = self.pick([1, 2, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 1023, 1024]) if self.chance(0.3) else 40
            return "".join(self.pick(string.ascii_letters + string.digits + "/-_.") for _ in range(length))
        if kind == 5 and self.chance(0.1):
            return "漢" * 341 + "k"
        if kind == 6 and self.chance(0.2):
            return "a" + chr(self.random.randrange(0, 0x20)) + "\x7fb"
        return f"uploads/{self.random.randrange(10**6)}/photo {self.random.randrange(100)}.jpeg"

    def place(self, number):
        """Bucket, region, style and endpoint."""
        if number % 5 == 4:
            endpoint = self.pick(ENDPOINTS)
            is_address = any(part in endpoint for part in ("127.", "10.0.", "["))
            style = "path" if is_address or self.chance(0.6) else "virtual"
            dotted = style == "path" or endpoint.startswith("http:")
            bucket = self.pick(BUCKETS + DOTTED_BUCKETS if dotted and style == "path" else BUCKETS)
            return bucket, self.pick(STORE_REGIONS), style, endpoint
        # 46 regions and the rest of a division by 5: each region comes with each kind of key in time.
        index = number // 5 * 4 + number % 5
        region = self.regions[index % len(self.regions)]
        if self.chance(0.03):
            region = self.pick(NEW_REGIONS)
        bucket = self.pick(DOTTED_BUCKETS) if self.chance(0.1) else self.pick(BUCKETS)
        return bucket, region, "path" if "." in bucket or self.chance(0.25) else "virtual", None

    def metadata(self):
        pairs = {}
        for _ in range(self.random.randrange(1, 5)):
            name = "".join(self.pick(string.ascii_lowercase + string.digits + "-_.") for _ in range(self.random.randrange(1, 12)))
            if self.chance(0.3):
                name = name.title()
            value = "".join(self.pick([chr(code) for code in range(0x20, 0x7F)]) for _ in range(self.random.randrange(0, 24)))
            if name.lower() not in {known.lower() for known in pairs}:
                pairs[name] = self.pick([value, value, f"{value}  two   {value}", f"  {value}\t"])
        return pairs

    def upload(self, request, parameters):
        """Options of a PUT."""
        def option(name, parameter, value):
            request[name] = value
            parameters[parameter] = value

        if self.chance(0.6):
            option("contentType", "ContentType", self.pick(TYPES))
        if self.chance(0.3):
            option("contentLength", "ContentLength", self.pick([0, 1, 12345, 5 << 30]))
        if self.chance(0.3):
            option("cacheControl", "CacheControl", self.pick(CACHE_CONTROLS))
        if self.chance(0.3):
            option("contentDisposition", "ContentDisposition", self.pick(DISPOSITIONS))
        if self.chance(0.7):
            request["storageClass"] = self.pick(list(STORAGE_CLASSES))
            parameters["StorageClass"] = STORAGE_CLASSES[request["storageClass"]]
        request["encryption"] = self.pick(["none", "SSE-S3", "SSE-KMS"])
        if request["encryption"] == "SSE-S3":
            parameters["ServerSideEncryption"] = "AES256"
        elif request["encryption"] == "SSE-KMS":
            parameters["ServerSideEncryption"] = "aws:kms"
            if (key := self.pick(KMS_KEYS)) is not None:
                option("kmsKey", "SSEKMSKeyId", key)
        if self.chance(0.4):
            parameters["Metadata"] = self.metadata()
            request["metadata"] = list(parameters["Metadata"].items())

    def case(self, number):
        method = ["GET", "PUT", "PUT", "PUT", "HEAD", "DELETE", "GET"][number % 7]
        bucket, region, style, endpoint = self.place(number)
        access_key, secret, token = self.pick(CREDENTIALS)
        key = self.key(number)
        # From 1970 to 9999; most of them in our days.
        seconds = self.random.randrange(253_402_300_800) if self.chance(0.1) else self.random.randrange(1_300_000_000, 1_900_000_000)
        expires = self.pick([1, 60, 900, 3600, 86_400, 604_800, self.random.randrange(1, 604_801)])
        request = {
            "method": method, "bucket": bucket, "region": region, "style": style, "endpoint": endpoint, "key": key,
            "accessKey": access_key, "secretKey": secret, "sessionToken": token, "time": seconds, "expires": expires,
        }
        parameters = {"Bucket": bucket, "Key": key}
        query = []
        if method == "PUT":
            self.upload(request, parameters)
        else:
            if self.chance(0.3):
                query.append(("versionId", "VersionId", self.pick(VERSIONS)))
            if method == "GET":
                query += [(n, p, self.pick(v)) for n, (p, v) in RESPONSES.items() if self.chance(0.25)]
        headers = [(n, p, self.pick(v)) for n, p, v in EXTRA_HEADERS[method] if self.chance(0.15)]
        parameters |= {parameter: value for _, parameter, value in query + headers}
        request["query"] = [(name, value) for name, _, value in query]
        request["headers"] = [(name, value) for name, _, value in headers]

        self.credentials.access_key, self.credentials.secret_key, self.credentials.token = access_key, secret, token
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        self.now = epoch + datetime.timedelta(seconds=seconds)
        self.sent = None
        client = self.client(region, style, endpoint)
        url = client.generate_presigned_url(OPERATIONS[method], parameters, ExpiresIn=expires, HttpMethod=method)
        signed = url.split("X-Amz-SignedHeaders=")[1].split("&")[0].split("%3B")
        sent = {name.lower(): value for name, value in self.sent.items()}
        expected = [(name, sent[name].strip(" \t")) for name in signed if name != "host"]
        compact = {name: value for name, value in request.items() if value is not None and value != []}
        return {"id": number, "request": compact, "url": url, "headers": expected}

    def client(self, region, style, endpoint):
        place = (region, style, endpoint)
        if place not in self.clients:
            client = self.session.create_client(
                "s3",
                region_name=region,
                endpoint_url=endpoint,
                config=botocore.config.Config(
                    signature_version="s3v4",
                    s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
                    request_checksum_calculation="when_required",
                ),
            )
            client.meta.events.register_last("before-sign.s3", self.capture)
            self.clients[place] = client
        return self.clients[place]

    def capture(self, request, **_):
        decode = lambda text: text.decode("utf-8") if isinstance(text, bytes) else str(text)
        self.sent = {decode(name): decode(value) for name, value in request.headers.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    # A seed begins anywhere in the cycles of regions and kinds, so that a few cases meet all in the course of many runs.
    start = generator.random.randrange(10**6)
    with open(arguments.output, "w", encoding="utf-8") as output:
        for number in range(start, start + arguments.count):
            case = generator.case(number)
            output.write(json.dumps(case, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")


main()
