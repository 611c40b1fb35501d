#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes presigned S3 requests as botocore makes them: JSON, one case a line, the same lines for the same seed.

corpus.jsonl beside this file is `generate.py --seed 20130524 --count 3000 --output corpus.jsonl`.
Each case holds the input (`request`) and what botocore made of it: the URL, and the headers that it signed, with the
values that it would send. The keys are in no way those of an account.
"""

import argparse
import base64
import datetime
import json
import os
import random
import string
import sys
import urllib.parse

# Where awscrt is installed botocore leaves signing to it, with a clock that cannot be set.
os.environ["BOTO_DISABLE_CRT"] = "true"

# The oracle is botocore's own signer: with awscrt installed it would sign with that, by a clock of its own.
os.environ["BOTO_DISABLE_CRT"] = "true"
try:
    import botocore.auth
    import botocore.config
    import botocore.credentials
    import botocore.session
    import botocore.utils
except ImportError as error:
    sys.exit(f"botocore is missing ({error}): run docker/bootstrap.sh --test, or set SIGNET_TEST_VENV")

# botocore's method for each operation.
OPERATIONS = {
    "GetObject": "get_object",
    "HeadObject": "head_object",
    "PutObject": "put_object",
    "DeleteObject": "delete_object",
    "CopyObject": "copy_object",
    "ListObjectsV2": "list_objects_v2",
    "CreateMultipartUpload": "create_multipart_upload",
    "UploadPart": "upload_part",
    "UploadPartCopy": "upload_part_copy",
    "ListParts": "list_parts",
    "CompleteMultipartUpload": "complete_multipart_upload",
    "AbortMultipartUpload": "abort_multipart_upload",
}
# How often each comes: what makes objects has the most options.
CYCLE = (
    ["GetObject", "PutObject", "PutObject", "PutObject", "HeadObject", "DeleteObject", "GetObject", "CopyObject"]
    + ["CreateMultipartUpload", "UploadPart", "UploadPartCopy", "ListParts", "CompleteMultipartUpload"]
    + ["AbortMultipartUpload", "ListObjectsV2"]
)

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
ETAG = '"d41d8cd98f00b204e9800998ecf8427e"'
RANGES = ["bytes=0-1023", "bytes=-5", "bytes=5368709120-"]
MOMENT = datetime.datetime(1994, 11, 15, 8, 12, 31, tzinfo=datetime.timezone.utc)
HTTP_DATE = "Tue, 15 Nov 1994 08:12:31 GMT"
# base64 of as many bytes as each gives.
CHECKSUMS = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}
UPLOAD_IDS = ["VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA", "2~abc.DEF_-", "a+b/c=="]
TAGS = [[("project", "signet")], [("kind", "a b"), ("ü", "+/=&")], [("k" * 128, "v" * 256), ("empty", "")]]
SOURCES = [("sourcebucket", "in/photo 1+2.jpeg"), ("other.bucket", "ü/漢/😀"), ("sourcebucket", "a%20b?c#d")]
READS, WRITES = {"GetObject", "HeadObject"}, {"PutObject", "CreateMultipartUpload", "CopyObject"}
SENDS, COPIES, PARTS = {"PutObject", "UploadPart"}, {"CopyObject", "UploadPartCopy"}, {"UploadPart", "UploadPartCopy"}
CONDITIONAL = READS | {"PutObject", "CopyObject", "CompleteMultipartUpload"}
MULTIPART = PARTS | {"ListParts", "CompleteMultipartUpload", "AbortMultipartUpload"}

# Option of ours, botocore's parameter, operations that have it, how often, values (or pairs of ours and botocore's).
OPTIONS = [
    ("contentType", "ContentType", WRITES, 0.6, TYPES),
    ("contentEncoding", "ContentEncoding", WRITES, 0.15, ["gzip", "br, identity"]),
    ("contentLanguage", "ContentLanguage", WRITES, 0.15, ["de, en"]),
    ("contentDisposition", "ContentDisposition", WRITES, 0.3, DISPOSITIONS),
    ("cacheControl", "CacheControl", WRITES, 0.3, CACHE_CONTROLS),
    ("expiresHeader", "Expires", WRITES, 0.1, [(HTTP_DATE, MOMENT)]),
    ("contentLength", "ContentLength", SENDS, 0.3, [0, 1, 12345, 5 << 30]),
    ("contentMD5", "ContentMD5", SENDS, 0.15, ["1B2M2Y8AsgTpgAmY7PhCfg=="]),
    ("checksumAlgorithm", "ChecksumAlgorithm", {"CreateMultipartUpload"}, 0.3, list(CHECKSUMS)),
    ("acl", "ACL", WRITES, 0.15, ["private", "bucket-owner-full-control"]),
    ("tags", "Tagging", WRITES, 0.15, [(tags, urllib.parse.urlencode(tags, quote_via=urllib.parse.quote, safe="-_.~")) for tags in TAGS]),
    ("hasLegalHold", "ObjectLockLegalHoldStatus", WRITES, 0.1, [(True, "ON"), (False, "OFF")]),
    ("ifMatch", "IfMatch", CONDITIONAL | {"DeleteObject"}, 0.15, [ETAG]),
    ("ifNoneMatch", "IfNoneMatch", CONDITIONAL, 0.15, ["*", '"abc", "def"']),
    ("ifModifiedSince", "IfModifiedSince", READS, 0.1, [(HTTP_DATE, MOMENT)]),
    ("ifUnmodifiedSince", "IfUnmodifiedSince", READS, 0.1, [(HTTP_DATE, MOMENT)]),
    ("range", "Range", READS, 0.2, RANGES),
    ("versionID", "VersionId", READS | {"DeleteObject"}, 0.25, VERSIONS),
    ("copySourceRange", "CopySourceRange", {"UploadPartCopy"}, 0.4, RANGES[:1]),
    ("metadataDirective", "MetadataDirective", {"CopyObject"}, 0.3, ["COPY", "REPLACE"]),
    ("taggingDirective", "TaggingDirective", {"CopyObject"}, 0.3, ["COPY", "REPLACE"]),
    ("uploadID", "UploadId", MULTIPART, 1, UPLOAD_IDS),
    ("partNumber", "PartNumber", PARTS, 1, [1, 77, 10_000]),
    ("partNumber", "PartNumber", READS, 0.1, [1, 77, 10_000]),
    ("objectSize", "MpuObjectSize", {"CompleteMultipartUpload"}, 0.3, [0, 12345, 5 << 40]),
]
# Header or query parameter of any name, botocore's parameter, operations, values.
FURTHER_HEADERS = [
    ("x-amz-expected-bucket-owner", "ExpectedBucketOwner", set(OPERATIONS), ["111122223333"]),
    ("x-amz-mfa", "MFA", {"DeleteObject"}, ["arn:aws:iam::111122223333:mfa/user 123456"]),
    ("x-amz-website-redirect-location", "WebsiteRedirectLocation", WRITES, ["/other%20place"]),
    ("x-amz-grant-read", "GrantRead", {"PutObject"}, ['id="abc", uri="http://acs.amazonaws.com/groups/global/AllUsers"']),
    ("x-amz-copy-source-if-match", "CopySourceIfMatch", COPIES, [ETAG]),
    ("x-amz-checksum-mode", "ChecksumMode", READS, ["ENABLED"]),
]
FURTHER_QUERY = [(name, parameter, {"GetObject"}, values) for name, (parameter, values) in RESPONSES.items()] + [
    ("prefix", "Prefix", {"ListObjectsV2"}, ["photos/", "ü+ &=/"]),
    ("delimiter", "Delimiter", {"ListObjectsV2"}, ["/"]),
    ("max-keys", "MaxKeys", {"ListObjectsV2"}, [1, 1000]),
    ("start-after", "StartAfter", {"ListObjectsV2"}, ["a b"]),
    ("continuation-token", "ContinuationToken", {"ListObjectsV2"}, ["1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="]),
    ("max-parts", "MaxParts", {"ListParts"}, [1000]),
    ("part-number-marker", "PartNumberMarker", {"ListParts"}, [41]),
]

# Places that botocore resolves by rules of their own: bucket, region, the host's variants.
ACCESS_POINTS = [
    ("arn:aws:s3:eu-central-1:111122223333:accesspoint/my-point", "eu-central-1"),
    ("arn:aws:s3:us-west-2:111122223333:accesspoint:finance", "us-west-2"),
    ("arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/my-point", "cn-north-1"),
    ("arn:aws-us-gov:s3:us-gov-east-1:111122223333:accesspoint/my-point", "us-gov-east-1"),
    ("arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/my-function", "us-east-1"),
    ("arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-01234567890123456/accesspoint/my-point", "us-west-2"),
]
DIRECTORY_BUCKETS = [
    ("logs--use1-az4--x-s3", "us-east-1"), ("a--b--usw2-az1--x-s3", "us-west-2"), ("ml--euw1-az3--x-s3", "eu-west-1"),
]
FIPS_REGIONS = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "us-gov-west-1"]


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
        # A directory bucket's session, as CreateSession would give it.
        botocore.utils.S3ExpressIdentityCache.get_credentials = lambda *_: self.credentials
        self.clients = {}
        self.sent = self.current = self.method = None
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
        """Bucket, region, style, endpoint and variants of the host."""
        if number % 5 == 4:
            endpoint = self.pick(ENDPOINTS)
            is_address = any(part in endpoint for part in ("127.", "10.0.", "["))
            style = "path" if is_address or self.chance(0.6) else "virtual"
            dotted = style == "path" or endpoint.startswith("http:")
            bucket = self.pick(BUCKETS + DOTTED_BUCKETS if dotted and style == "path" else BUCKETS)
            return bucket, self.pick(STORE_REGIONS), style, endpoint, []
        if self.chance(0.06):
            bucket, region = self.pick(ACCESS_POINTS)
            variants = []
            if ":s3:" in bucket and "cn-" not in region and self.chance(0.3):
                variants.append("dualStack")
            if region in FIPS_REGIONS + ["us-gov-east-1"] and "outposts" not in bucket and self.chance(0.3):
                variants.append("fips")
            return bucket, region, "virtual", None, variants
        if self.chance(0.04):
            bucket, region = self.pick(DIRECTORY_BUCKETS)
            return bucket, region, "virtual", None, [v for v in ["dualStack"] if self.chance(0.3)]
        # 46 regions and the rest of a division by 5: each region comes with each kind of key in time.
        index = number // 5 * 4 + number % 5
        region = self.regions[index % len(self.regions)]
        if self.chance(0.03):
            region = self.pick(NEW_REGIONS)
        bucket = self.pick(DOTTED_BUCKETS) if self.chance(0.1) else self.pick(BUCKETS)
        style = "path" if "." in bucket or self.chance(0.25) else "virtual"
        variants = []
        if self.chance(0.1) and "iso" not in region:
            variants.append("dualStack")
        if self.chance(0.05):
            region = self.pick(FIPS_REGIONS)
            variants.append("fips")
        elif style == "virtual" and self.chance(0.05) and not region.startswith(("cn-", "us-gov-", "eusc-", "us-iso", "eu-iso")):
            variants.append("accelerate")
        return bucket, region, style, None, variants

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

    def options(self, operation, bucket, request, parameters):
        """What the operation carries, in our words and in botocore's."""
        is_express = bucket.endswith("--x-s3")
        for name, parameter, operations, probability, values in OPTIONS:
            if operation in operations and self.chance(probability) and not (is_express and name in ("tags", "acl")):
                value = self.pick(values)
                ours, theirs = value if isinstance(value, tuple) else (value, value)
                request[name], parameters[parameter] = ours, theirs
        if operation in SENDS | {"CompleteMultipartUpload"} and self.chance(0.3):
            algorithm = self.pick(list(CHECKSUMS))
            value = base64.b64encode(self.random.randbytes(CHECKSUMS[algorithm])).decode()
            request["checksum"], parameters[f"Checksum{algorithm}"] = [algorithm, value], value
        if operation in COPIES:
            source, key = self.pick(SOURCES)
            request["copySource"] = [source, key]
            parameters["CopySource"] = {"Bucket": source, "Key": key}
            if self.chance(0.3):
                request["copySource"].append("3HL4kqtJlcpXroDTDmJ")
                parameters["CopySource"]["VersionId"] = "3HL4kqtJlcpXroDTDmJ"
        if operation in WRITES:
            self.object(request, parameters, bucket)
        if operation in READS | WRITES | PARTS and "encryption" not in request and self.chance(0.1):
            key = self.random.randbytes(32)
            request["customerKey"] = base64.b64encode(key).decode()
            parameters["SSECustomerAlgorithm"], parameters["SSECustomerKey"] = "AES256", key
        request["payer"] = self.chance(0.1)
        for place, table in [("query", FURTHER_QUERY), ("headers", FURTHER_HEADERS)]:
            request[place] = []
            for name, parameter, operations, values in table:
                if operation in operations and self.chance(0.15):
                    parameters[parameter] = self.pick(values)
                    request[place].append((name, str(parameters[parameter])))

    def object(self, request, parameters, bucket):
        """How an object that is made is kept."""
        if bucket.endswith("--x-s3"):
            classes = ["EXPRESS_ONEZONE"]
        elif ":s3-outposts:" in bucket:
            classes = ["OUTPOSTS"]
        else:
            classes = list(STORAGE_CLASSES)
        if self.chance(0.7):
            request["storageClass"] = self.pick(classes)
            parameters["StorageClass"] = STORAGE_CLASSES.get(request["storageClass"], request["storageClass"])
        if self.chance(0.1):
            mode = self.pick(["GOVERNANCE", "COMPLIANCE"])
            request["objectLockMode"], request["retainUntil"] = mode, "1994-11-15T08:12:31Z"
            parameters["ObjectLockMode"], parameters["ObjectLockRetainUntilDate"] = mode, MOMENT
        if self.chance(0.4):
            parameters["Metadata"] = self.metadata()
            request["metadata"] = list(parameters["Metadata"].items())
        if self.chance(0.1):
            return
        request["encryption"] = self.pick(["none", "SSE-S3", "SSE-KMS", "SSE-KMS-DSSE"])
        algorithms = {"SSE-S3": "AES256", "SSE-KMS": "aws:kms", "SSE-KMS-DSSE": "aws:kms:dsse"}
        if request["encryption"] == "none":
            return
        parameters["ServerSideEncryption"] = algorithms[request["encryption"]]
        if request["encryption"] == "SSE-S3":
            return
        if (key := self.pick(KMS_KEYS)) is not None:
            request["kmsKey"] = parameters["SSEKMSKeyId"] = key
        if self.chance(0.3):
            context = self.pick([{"department": "10103.0"}, {"a\"b": "\\ü\n", "c": ""}])
            text = json.dumps(context, ensure_ascii=False, separators=(",", ":")).replace("\\n", "\\u000a")
            request["kmsContext"] = list(context.items())
            parameters["SSEKMSEncryptionContext"] = base64.b64encode(text.encode()).decode()
        if self.chance(0.3):
            request["usesBucketKey"] = parameters["BucketKeyEnabled"] = self.chance(0.5)

    def case(self, number):
        operation = CYCLE[number % len(CYCLE)]
        bucket, region, style, endpoint, variants = self.place(number)
        # botocore does not presign copies by a directory bucket's session.
        while operation in COPIES and bucket.endswith("--x-s3"):
            bucket, region, style, endpoint, variants = self.place(number)
        access_key, secret, token = self.pick(CREDENTIALS)
        if bucket.endswith("--x-s3"):
            token = token or "an-express-session+token/="
        key = "" if operation == "ListObjectsV2" else self.key(number)
        # From 1970 to 9999; most of them in our days.
        seconds = self.random.randrange(253_402_300_800) if self.chance(0.1) else self.random.randrange(1_300_000_000, 1_900_000_000)
        expires = self.pick([1, 60, 900, 3600, 86_400, 604_800, self.random.randrange(1, 604_801)])
        request = {
            "operation": operation, "bucket": bucket, "region": region, "style": style, "endpoint": endpoint, "key": key,
            "variants": variants, "accessKey": access_key, "secretKey": secret, "sessionToken": token, "time": seconds,
            "expires": expires,
        }
        parameters = {"Bucket": bucket} | ({"Key": key} if key else {})
        self.options(operation, bucket, request, parameters)
        # Ours are implied where botocore's are not.
        if endpoint is None and "encryption" not in request and "customerKey" not in request and operation in WRITES:
            if not bucket.endswith("--x-s3"):
                parameters["ServerSideEncryption"] = "AES256"

        self.credentials.access_key, self.credentials.secret_key, self.credentials.token = access_key, secret, token
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        self.now = epoch + datetime.timedelta(seconds=seconds)
        self.sent, self.current = None, request
        client = self.client(region, style, endpoint, variants, "--x-s3" in bucket)
        url = client.generate_presigned_url(OPERATIONS[operation], parameters, ExpiresIn=expires)
        signed = url.split("X-Amz-SignedHeaders=")[1].split("&")[0].split("%3B")
        sent = {name.lower(): value for name, value in self.sent.items()}
        expected = [(name, sent[name].strip(" \t")) for name in signed if name != "host"]
        compact = {name: value for name, value in request.items() if value is not None and value != [] and value != ""}
        return {"id": number, "request": compact, "method": self.method, "url": url, "headers": expected}

    def client(self, region, style, endpoint, variants, is_express):
        place = (region, style, endpoint, tuple(variants), is_express)
        if place not in self.clients:
            s3 = {"addressing_style": style, "us_east_1_regional_endpoint": "regional"}
            # What is off stays unsaid: a setting, even of False, is refused beside an endpoint of one's own.
            switches = {name: True for name in ["dualStack", "fips"] if name in variants}
            names = {"dualStack": "use_dualstack_endpoint", "fips": "use_fips_endpoint"}
            if "accelerate" in variants:
                s3["use_accelerate_endpoint"] = True
            client = self.session.create_client(
                "s3",
                region_name=region,
                endpoint_url=endpoint,
                config=botocore.config.Config(
                    # Named, it would be used for directory buckets too.
                    signature_version=None if is_express else "s3v4",
                    s3=s3,
                    request_checksum_calculation="when_required",
                    **{names[name]: value for name, value in switches.items()},
                ),
            )
            client.meta.events.register_last("before-sign.s3", self.capture)
            self.clients[place] = client
        return self.clients[place]

    def capture(self, request, **_):
        """Sees the request before it is signed, and changes what botocore writes in another way than we do."""
        decode = lambda text: text.decode("utf-8") if isinstance(text, bytes) else str(text)
        self.sent = {decode(name): decode(value) for name, value in request.headers.items()}
        self.method = request.method
        # In a presigned request S3 takes this in the query too, so that a plain link works.
        if self.current["payer"]:
            request.params = dict(request.params or {}) | {"x-amz-request-payer": "requester"}
        # A bucket in the path: ours ends with a slash. To S3 it is the same resource.
        if self.current["operation"] == "ListObjectsV2":
            location, _, query = request.url.partition("?")
            # botocore asks for keys in an encoded form, to decode them itself.
            query = "&".join(pair for pair in query.split("&") if pair != "encoding-type=url")
            request.url = location.rstrip("/") + "/?" + query


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
