# SPDX-License-Identifier: Apache-2.0
"""Opens and seals credentials with nothing but Python's standard library: an oracle that shares no code with Signet.

HPKE base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305: RFC 9180 over RFC 7748 and RFC 8439.
Reads one JSON object from standard input, writes one to standard output; bytes are hexadecimal.

  {"do": "check"}                                            vector A.2.1 of RFC 9180 -> {"checked": 9}
  {"do": "open", "key", "enc", "ciphertext", "scope"}        -> {"plaintext"} or {"refused": true}
  {"do": "seal", "recipient", "ephemeral", "plaintext", "scope"}  -> {"enc", "ciphertext"}

A scope is an object with the field names of `SealScope` in Protobuf-JSON.
"""

import hashlib
import hmac
import json
import struct
import sys

INFO = b"signet sealed credential v1"

# MARK: X25519 (RFC 7748, section 5)

PRIME = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    u = int.from_bytes(point, "little") % 2**255
    x1, x2, z2, x3, z3, swap = u, 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % PRIME, x1 * (da - cb) ** 2 % PRIME
        x2, z2 = aa * bb % PRIME, e * (aa + 121665 * e) % PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


BASE = (9).to_bytes(32, "little")

# MARK: ChaCha20-Poly1305 (RFC 8439)


def chacha20_block(key, counter, nonce):
    start = struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce)
    s = list(start)

    def rotate(value, bits):
        return (value << bits | value >> 32 - bits) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = s[x] + s[y] & 0xFFFFFFFF
            s[z] = rotate(s[z] ^ s[x], bits)

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        for row in range(4):
            quarter(row, (row + 1) % 4 + 4, (row + 2) % 4 + 8, (row + 3) % 4 + 12)
    return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(s, start)))


def chacha20(key, nonce, data):
    out = bytearray()
    for index in range(0, len(data), 64):
        block = chacha20_block(key, 1 + index // 64, nonce)
        out += bytes(x ^ y for x, y in zip(data[index:index + 64], block))
    return bytes(out)


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for index in range(0, len(message), 16):
        total = (total + int.from_bytes(message[index:index + 16] + b"\1", "little")) * r % (2**130 - 5)
    return (total + int.from_bytes(key[16:], "little") & 2**128 - 1).to_bytes(16, "little")


def tag(key, nonce, aad, ciphertext):
    def padded(data):
        return data + bytes(-len(data) % 16)

    lengths = struct.pack("<QQ", len(aad), len(ciphertext))
    return poly1305(chacha20_block(key, 0, nonce)[:32], padded(aad) + padded(ciphertext) + lengths)


# MARK: HPKE (RFC 9180)

KEM = b"KEM" + struct.pack(">H", 0x0020)
SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)


def extract(suite, salt, label, key):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, hashlib.sha256)


def expand(suite, key, label, info, length):
    info = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([count]), hashlib.sha256)
        out, count = out + block, count + 1
    return out[:length]


def schedule(shared_point, enc, recipient, info):
    """Section 4.1 (the KEM's extract and expand), then section 5.1 for mode_base: (shared secret, key, nonce)."""
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", shared_point), b"shared_secret", enc + recipient, 32)
    context = b"\0" + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, shared, b"secret", b"")
    return shared, expand(SUITE, secret, b"key", context, 32), expand(SUITE, secret, b"base_nonce", context, 12)


def seal(recipient, ephemeral, info, aad, plaintext):
    enc = x25519(ephemeral, BASE)
    _, key, nonce = schedule(x25519(ephemeral, recipient), enc, recipient, info)
    ciphertext = chacha20(key, nonce, plaintext)
    return enc, ciphertext + tag(key, nonce, aad, ciphertext)


def open_sealed(private, enc, info, aad, sealed):
    recipient = x25519(private, BASE)
    _, key, nonce = schedule(x25519(private, enc), enc, recipient, info)
    ciphertext, given = sealed[:-16], sealed[-16:]
    if not hmac.compare_digest(given, tag(key, nonce, aad, ciphertext)):
        return None
    return chacha20(key, nonce, ciphertext)


# MARK: Signet's associated data (signet/v1/jobs.proto, SealScope)


def associated_data(scope):
    def field(data):
        return struct.pack(">I", len(data)) + data

    out = field(struct.pack(">I", scope.get("version", 0)))
    for name in ("tenant", "jobId", "bucket", "endpoint", "region"):
        out += field(scope.get(name, "").encode())
    operations = scope.get("operations", [])
    out += field(struct.pack(">I", len(operations)))
    for operation in operations:
        out += field(operation.encode())
    return out + field(struct.pack(">q", int(scope.get("notAfterMs", 0))))


# MARK: The vector that this oracle itself is held to


def check():
    """RFC 9180, appendix A.2.1."""
    private = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    recipient = bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    ephemeral = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
    enc = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
    info = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
    aad = bytes.fromhex("436f756e742d30")
    plaintext = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
    sealed = bytes.fromhex(
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    shared, key, nonce = schedule(x25519(ephemeral, recipient), enc, recipient, info)
    facts = [
        x25519(private, BASE) == recipient,
        x25519(ephemeral, BASE) == enc,
        shared.hex() == "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
        key.hex() == "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
        nonce.hex() == "5c4d98150661b848853b547f",
        seal(recipient, ephemeral, info, aad, plaintext) == (enc, sealed),
        open_sealed(private, enc, info, aad, sealed) == plaintext,
        open_sealed(private, enc, info, aad + b"x", sealed) is None,
        open_sealed(private, enc, info, aad, sealed[:-1] + b"x") is None,
    ]
    assert all(facts), facts
    return len(facts)


def main():
    request = json.load(sys.stdin)
    given = {name: bytes.fromhex(text) for name, text in request.items() if name not in ("do", "scope")}
    if request["do"] == "check":
        answer = {"checked": check()}
    elif request["do"] == "seal":
        enc, sealed = seal(
            given["recipient"], given["ephemeral"], INFO, associated_data(request["scope"]), given["plaintext"]
        )
        answer = {"enc": enc.hex(), "ciphertext": sealed.hex()}
    else:
        plaintext = open_sealed(
            given["key"], given["enc"], INFO, associated_data(request["scope"]), given["ciphertext"]
        )
        answer = {"refused": True} if plaintext is None else {"plaintext": plaintext.hex()}
    json.dump(answer, sys.stdout)


main()
