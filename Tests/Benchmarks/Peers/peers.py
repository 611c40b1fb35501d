# SPDX-License-Identifier: Apache-2.0
"""Presigned URLs by other libraries: reads one request a line from standard input, answers one line each.

    {"names": true}                                            -> {"names": ["botocore", ...], "skipped": {...}}
    {"peer": "botocore", "workload": "w1", "sign": "key"}      -> {"url": "https://..."}
    {"peer": "botocore", "workload": "w1", "seconds": 0.2}     -> {"ns": 58434.0}

Time is that of the process: some of the libraries have threads of their own.
"""

import datetime
import itertools
import json
import os
import sys
import time

os.environ["BOTO_DISABLE_CRT"] = "true"

KEYS = [f"uploads/2026/08/photo-{100_000 + number}.jpeg" for number in range(64)]
BUCKET, REGION, LIFE = "examplebucket", "us-east-1", 3_600
ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
HEADERS = {
    "content-type": "image/jpeg",
    "x-amz-server-side-encryption": "AES256",
    "x-amz-storage-class": "STANDARD_IA",
}


def botocore_peer():
    import botocore.session
    from botocore.config import Config

    session = botocore.session.get_session()
    client = session.create_client(
        "s3",
        region_name=REGION,
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
            request_checksum_calculation="when_required",
        ),
    )
    put = {"ContentType": "image/jpeg", "StorageClass": "STANDARD_IA", "ServerSideEncryption": "AES256"}
    return {
        "w1": lambda key: client.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": key} | put, LIFE),
        "w2": lambda key: client.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}, LIFE),
    }


def botocore_signer_peer():
    """Its signer alone, given a finished request."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    auth = S3SigV4QueryAuth(Credentials(ACCESS, SECRET), "s3", REGION, LIFE)
    origin = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"

    def sign(method, headers, key):
        request = AWSRequest(method=method, url=origin + key, headers=headers)
        auth.add_auth(request)
        return request.url

    return {"w1": lambda key: sign("PUT", HEADERS, key), "w2": lambda key: sign("GET", {}, key)}


def awscrt_peer():
    from awscrt import auth, http

    provider = auth.AwsCredentialsProvider.new_static(ACCESS, SECRET)
    host = f"{BUCKET}.s3.{REGION}.amazonaws.com"

    def sign(method, headers, key):
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
            credentials_provider=provider,
            region=REGION,
            service="s3",
            use_double_uri_encode=False,
            should_normalize_uri_path=False,
            signed_body_value="UNSIGNED-PAYLOAD",
            expiration_in_seconds=LIFE,
        )
        request = http.HttpRequest(method, "/" + key, http.HttpHeaders([("host", host), *headers.items()]))
        signed = auth.aws_sign_request(request, config).result()
        return f"https://{host}{signed.path}"

    return {"w1": lambda key: sign("PUT", HEADERS, key), "w2": lambda key: sign("GET", {}, key)}


def obstore_peer():
    """Signs no headers of the caller's: plain requests alone."""
    import obstore
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        region=REGION,
        access_key_id=ACCESS,
        secret_access_key=SECRET,
        virtual_hosted_style_request=True,
    )
    life = datetime.timedelta(seconds=LIFE)
    return {"w2": lambda key: obstore.sign(store, "GET", key, life)}


def minio_peer():
    """Signs no headers of the caller's: plain requests alone."""
    from minio import Minio

    client = Minio(f"s3.{REGION}.amazonaws.com", ACCESS, SECRET, region=REGION)
    life = datetime.timedelta(seconds=LIFE)
    return {"w2": lambda key: client.presigned_get_object(BUCKET, key, expires=life)}


def load():
    peers, skipped = {}, {}
    for name, make in [
        ("botocore", botocore_peer),
        ("botocore-signer", botocore_signer_peer),
        ("awscrt", awscrt_peer),
        ("obstore", obstore_peer),
        ("minio", minio_peer),
    ]:
        try:
            peers[name] = make()
        except Exception as error:
            skipped[name] = f"{type(error).__name__}: {error}"
    return peers, skipped


def measure(sign, seconds):
    for key in KEYS:
        sign(key)
    keys = itertools.cycle(KEYS)
    count, block = 0, 8
    start, end = time.process_time_ns(), time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(block):
            sign(next(keys))
        count += block
    return (time.process_time_ns() - start) / count


def main():
    peers, skipped = load()
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("names"):
            answer = {"names": {name: sorted(peer) for name, peer in peers.items()}, "skipped": skipped}
        elif "sign" in request:
            answer = {"url": peers[request["peer"]][request["workload"]](request["sign"])}
        else:
            answer = {"ns": measure(peers[request["peer"]][request["workload"]], request["seconds"])}
        print(json.dumps(answer), flush=True)


main()
