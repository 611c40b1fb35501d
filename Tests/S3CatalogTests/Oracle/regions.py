#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what botocore knows of partitions and regions of S3 as JSON: `regions.py > regions.json`."""

import json

import botocore.session

session = botocore.session.Session()
partitions = session.get_component("data_loader").load_data("partitions")["partitions"]
print(
    json.dumps(
        [
            {
                "id": partition["id"],
                "dnsSuffix": partition["outputs"]["dnsSuffix"],
                "regionRegex": partition["regionRegex"],
                "regions": {
                    code: partition["regions"][code]["description"]
                    for code in session.get_available_regions("s3", partition["id"])
                },
            }
            for partition in partitions
        ],
        indent=2,
        ensure_ascii=False,
    )
)
