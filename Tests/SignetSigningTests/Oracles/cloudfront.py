#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CloudFront by others: botocore's signer, and signatures checked with the public key by cryptography.

Reads one JSON object on standard input, and answers one on standard output:
  {"make": true}            keys of every kind, PEM by name
  {"sign": [case, …]}       botocore's URLs (RSA, SHA-1)
  {"verify": [case, …]}     what each URL, or its cookies, allow; null where the signature is wrong
"""

import base64
import datetime
import json
import os
import sys
import urllib.parse

os.environ["BOTO_DISABLE_CRT"] = "true"

from botocore.signers import CloudFrontSigner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8


def pem(key, form, encryption=serialization.NoEncryption()):
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def make():
    big, small = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 1024)
    p256, p384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
    secret = serialization.BestAvailableEncryption(b"password")
    return {
        "rsa pkcs1": pem(big, PKCS1), "rsa pkcs8": pem(big, PKCS8), "ec sec1": pem(p256, PKCS1),
        "ec pkcs8": pem(p256, PKCS8), "rsa of 1024 bits": pem(small, PKCS8), "ec p384": pem(p384, PKCS8),
        "ed25519": pem(ed25519.Ed25519PrivateKey.generate(), PKCS8), "encrypted pkcs8": pem(big, PKCS8, secret),
        "encrypted pkcs1": pem(big, PKCS1, secret),
        "public": big.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
    }


def moment(seconds):
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def sign(case):
    key = serialization.load_pem_private_key(case["pem"].encode(), None)
    signer = CloudFrontSigner(case["keyPairId"], lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA1()))
    if case.get("resource") is None:
        return signer.generate_presigned_url(case["url"], date_less_than=moment(case["end"]))
    policy = signer.build_policy(case["resource"], moment(case["end"]), moment(case.get("start")), case.get("ipRange"))
    return signer.generate_presigned_url(case["url"], policy=policy)


def decode(text):
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)


def verify(case):
    values = {name: value for name, value in case["fields"]}
    if "Policy" in values:
        text = decode(values["Policy"]).decode()
    else:
        text = '{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%s}}}]}' % (
            case["url"], values["Expires"],
        )
    algorithm = {None: hashes.SHA1(), "SHA256": hashes.SHA256()}[values.get("Hash-Algorithm")]
    public = serialization.load_pem_private_key(case["pem"].encode(), None).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(decode(values["Signature"]), text.encode(), padding.PKCS1v15(), algorithm)
        else:
            public.verify(decode(values["Signature"]), text.encode(), ec.ECDSA(algorithm))
    except InvalidSignature:
        return None
    statement = json.loads(text)["Statement"][0]
    condition = statement["Condition"]
    return {
        "resource": statement["Resource"],
        "end": condition["DateLessThan"]["AWS:EpochTime"],
        "start": condition.get("DateGreaterThan", {}).get("AWS:EpochTime"),
        "ipRange": condition.get("IpAddress", {}).get("AWS:SourceIp"),
        "keyPairId": values["Key-Pair-Id"],
    }


request = json.load(sys.stdin)
if "make" in request:
    answer = make()
elif "sign" in request:
    answer = [sign(case) for case in request["sign"]]
else:
    answer = [verify(case) for case in request["verify"]]
json.dump(answer, sys.stdout)
