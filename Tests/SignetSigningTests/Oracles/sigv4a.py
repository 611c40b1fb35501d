#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SigV4A by others: `sign` writes requests that awscrt signed (JSON, one case a line), `verify` reads public keys, strings
to sign and signatures (JSON, one a line) and says of each whether `cryptography` finds the signature good."""

import argparse
import datetime
import json
import random
import string
import sys
from urllib.parse import quote

try:
    from awscrt.auth import (
        AwsCredentialsProvider,
        AwsSignatureType,
        AwsSignedBodyHeaderType,
        AwsSigningAlgorithm,
        AwsSigningConfig,
        aws_sign_request,
    )
    from awscrt.http import HttpHeaders, HttpRequest
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError as error:
    sys.exit(f"ModuleNotFoundError: {error}")

REGION_SETS = ["*", "us-east-1", "us-west-2,eu-central-1", "eu-*,ap-southeast-2"]
PIECES = ["a", "photos", "ü", "漢字", "😀", "x y", "//", "/../", "+", "%", "%2F", "?", "#", "&", "=", "~", "$", "!*'()", ",;:@"]
HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]


class Signer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def word(self, alphabet, least, most):
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randrange(least, most + 1)))

    def case(self, number):
        access_key = self.word(string.ascii_letters + string.digits, 1, 128)
        secret = self.word(PRINTABLE, 1, 100)
        token = self.word(string.ascii_letters + "+/=", 1, 40) if self.random.random() < 0.4 else None
        seconds = self.random.randrange(1_300_000_000, 1_900_000_000)
        region_set = self.random.choice(REGION_SETS)
        method = self.random.choice(["GET", "PUT", "HEAD", "DELETE"])
        path = "/" + self.word(PIECES, 1, 6)
        query = self.random.sample([("versionId", "a/+="), ("a", "b c"), ("A", "ü"), ("uploads", "")], self.random.randrange(3))
        headers = self.random.sample(
            [("content-type", "text/plain"), ("x-amz-meta-a", "x   y"), ("X-Amz-Storage-Class", "STANDARD"), ("Range", "bytes=0-9")],
            self.random.randrange(3),
        )
        expires = self.random.randrange(1, 604_801)
        in_query = self.random.random() < 0.7
        text = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in query)
        target = quote(path, safe="/-_.~") + (f"?{text}" if query else "")
        request = HttpRequest(method, target, HttpHeaders([("Host", HOST), *headers]))
        config = AwsSigningConfig(
            algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC,
            signature_type=AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS if in_query else AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=AwsCredentialsProvider.new_static(access_key, secret, token),
            region=region_set,
            service="s3",
            date=datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc),
            use_double_uri_encode=False,
            should_normalize_uri_path=False,
            signed_body_value="UNSIGNED-PAYLOAD",
            signed_body_header_type=AwsSignedBodyHeaderType.NONE if in_query else AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
            expiration_in_seconds=expires if in_query else None,
        )
        aws_sign_request(request, config).result()
        return {
            "id": number, "accessKey": access_key, "secretKey": secret, "sessionToken": token, "time": seconds,
            "expires": expires, "regionSet": region_set, "method": method, "host": HOST, "path": path, "query": query,
            "headers": headers, "inQuery": in_query, "target": request.path,
            "sent": [pair for pair in request.headers if pair[0].lower() != "host"],
        }


def is_good(question):
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(question["publicKey"]))
    try:
        key.verify(bytes.fromhex(question["signature"]), question["text"].encode(), ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["sign", "verify"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.task == "sign":
        signer = Signer(arguments.seed)
        for number in range(arguments.count):
            print(json.dumps(signer.case(number)))
    else:
        print(json.dumps([is_good(json.loads(line)) for line in sys.stdin]))


main()
