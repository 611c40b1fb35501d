# SPDX-License-Identifier: Apache-2.0
"""Uploads files as boto3 does by default: a line `PATH KEY` in, the seconds that it took out."""
import os
import sys
import time

import boto3
from botocore.config import Config

endpoint, bucket, region = sys.argv[1:]
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    config=Config(s3={"addressing_style": "path"}, max_pool_connections=16),
)
print("ready", flush=True)
for line in sys.stdin:
    path, key = line.split()
    start = time.perf_counter()
    client.upload_file(path, bucket, key)
    seconds = time.perf_counter() - start
    assert client.head_object(Bucket=bucket, Key=key)["ContentLength"] == os.path.getsize(path)
    print(f"done {seconds}", flush=True)
