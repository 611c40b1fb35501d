#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Presigns by awscrt, whose signer is a C library of its own: reads requests (JSON, one a line), writes of each the target
that it made."""

import datetime
import json
import sys
from urllib.parse import quote

try:
    from awscrt.auth import (
        AwsCredentialsProvider,
        AwsSignatureType,
        AwsSigningAlgorithm,
        AwsSigningConfig,
        aws_sign_request,
    )
    from awscrt.http import HttpHeaders, HttpRequest
except ImportError as error:
    sys.exit(f"ModuleNotFoundError: {error}")


def target(case):
    provider = AwsCredentialsProvider.new_static(case["accessKey"], case["secretKey"], case.get("sessionToken"))
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        signature_type=AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=provider,
        region=case["region"],
        service="s3",
        date=datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc),
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value="UNSIGNED-PAYLOAD",
        expiration_in_seconds=case["expires"],
    )
    path = "/" + quote(case["key"], safe="/-._~")
    if case["query"]:
        path += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in case["query"])
    headers = HttpHeaders([("host", case["host"])] + [tuple(header) for header in case["headers"]])
    return aws_sign_request(HttpRequest(case["method"], path, headers), config).result().path


for line in sys.stdin:
    print(target(json.loads(line)))
