#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes forms for uploads as botocore's generate_presigned_post makes them: JSON, one case a line."""

import argparse
import datetime
import json
import os
import random
import sys

# The oracle is botocore's own signer: with awscrt installed it would sign with that, by a clock of its own.
os.environ["BOTO_DISABLE_CRT"] = "true"
try:
    import botocore.auth
    import botocore.config
    import botocore.credentials
    import botocore.session
    import botocore.signers
except ImportError as error:
    sys.exit(f"ModuleNotFoundError: {error}")

CREDENTIALS = [
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
    ('key"with\\marks', "s" * 97 + " ümlauts and 🔑", None),
    ("ASIAIOSFODNN7EXAMPLE", "another/secret+key", "IQoJb3JpZ2luX2VjEHYaCXVzLWVhc3QtMSJHMEUCIQD//++==abc/def+ghi=="),
]
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-3", "us-gov-west-1"]
CHARACTERS = [chr(code) for code in range(0x80)] + list('"\\/üß漢字한😀👩‍👩‍👧‍👦\u2028\u2029\ufeff\u00a0\uffff\U0010ffff') + ["e\u0301"]
NAMES = [
    "acl", "Content-Type", "Cache-Control", "Content-Disposition", "success_action_status", "success_action_redirect",
    "tagging", "x-amz-meta-Tag", "x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-checksum-sha256",
]


class Generator:
    def __init__(self, seed):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        self.random = random.Random(seed)
        self.session = botocore.session.Session()
        self.credentials = botocore.credentials.Credentials("unset", "unset")
        self.session._credentials = self.credentials
        self.clients = {}
        self.now = None
        clock = lambda *_, **__: self.now
        botocore.auth.get_current_datetime = botocore.signers.get_current_datetime = clock

    def pick(self, values):
        return values[self.random.randrange(len(values))]

    def word(self, longest):
        return "".join(self.pick(CHARACTERS) for _ in range(self.random.randrange(longest + 1)))

    def client(self, region):
        if region not in self.clients:
            config = botocore.config.Config(signature_version="s3v4")
            self.clients[region] = self.session.create_client("s3", region_name=region, config=config)
        return self.clients[region]

    def case(self, number):
        self.credentials.access_key, self.credentials.secret_key, self.credentials.token = self.pick(CREDENTIALS)
        seconds = self.random.randrange(1_300_000_000, 1_900_000_000)
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        self.now = epoch + datetime.timedelta(seconds=seconds)
        region, expires = self.pick(REGIONS), self.random.randrange(1, 604_801)
        key = "k" + self.word(20) if self.random.random() < 0.5 else self.word(20) + "${filename}"
        fields, conditions, ours = {}, [], []
        for name in self.random.sample(NAMES, self.random.randrange(6)):
            value = self.word(12)
            kind = self.random.randrange(3)
            if kind == 0:
                fields[name] = value
                conditions.append({name: value})
            elif kind == 1:
                conditions.append(["starts-with", f"${name}", value])
                ours.append([name, value])
            else:
                fields[name] = value
                conditions.append(["starts-with", f"${name}", value[:1]])
                ours.append([name, value[:1]])
        length = None
        if self.random.random() < 0.5:
            length = sorted(self.random.randrange(5 << 30) for _ in range(2))
            conditions.append(["content-length-range", *length])
        given = dict(fields)
        post = self.client(region).generate_presigned_post(
            "examplebucket", key, Fields=fields, Conditions=conditions, ExpiresIn=expires
        )
        return {
            "id": number, "key": key, "given": list(given.items()), "startsWith": ours, "length": length,
            "accessKey": self.credentials.access_key, "secretKey": self.credentials.secret_key,
            "sessionToken": self.credentials.token, "time": seconds, "expires": expires, "region": region,
            "fields": post["fields"],
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
