"""Verifies proofs of log entries, written from docs/WIRE.md alone; needs nothing but Python.

verify_proof.py VECTORS: the proof of tests/vectors/log_proof.json must hold, and of each spoiled one
must be said what is wrong with it.
"""

import hashlib
import json
import struct
import sys

# Ed25519 (RFC 8032): verification only, plainly. Not for secrets.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """The sum of two points in extended coordinates."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    m, n = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(k, point):
    total = (0, 1, 1, 0)
    while k > 0:
        if k & 1:
            total = add(total, point)
        point = add(point, point)
        k >>= 1
    return total


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decode(encoded):
    """The point with these 32 bytes; None if there is none."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    u, v = y * y - 1, D * y * y + 1
    square = u * pow(v, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decode(bytes.fromhex("58" + "66" * 31))


def verifies(key, message, signature):
    if len(signature) != 64:
        return False
    a, r = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % L
    return equal(times(s, BASE), add(r, times(k, a)))


def sha3(*parts):
    return hashlib.sha3_256(b"".join(parts)).digest()


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


def statement(digest, position, signer, heads):
    """What a checkpoint's signature signs."""
    out = b"hetpaxos/v2/log/checkpoint\0" + digest + u64(position) + u32(signer) + u32(len(heads))
    for learner, chain, sessions in heads:
        out += u32(learner) + chain + sessions
    return out


def extend(head, position, outcome):
    """The chain after one more outcome: a value's hash, or None for closed."""
    kind = b"\0" if outcome is None else b"\1" + outcome
    return sha3(b"hetpaxos/v2/log/entry\0", head, u64(position), kind)


def judge(vectors, proof):
    """What is wrong with a proof; None if it holds."""
    names = [acceptor["name"] for acceptor in vectors["acceptors"]]
    # The key of an Ed25519 SubjectPublicKeyInfo is its last 32 bytes.
    keys = [bytes.fromhex(acceptor["spki"])[-32:] for acceptor in vectors["acceptors"]]
    digest = bytes.fromhex(proof["configDigest"])
    certificate = proof["certificate"]
    chain, sessions = (bytes.fromhex(certificate[part]) for part in ("chain", "sessions"))
    signers = []
    for each in certificate["statements"]:
        heads = [
            (0, bytes.fromhex(head["chain"]), bytes.fromhex(head["sessions"]))
            for head in each["heads"]
        ]
        if (0, chain, sessions) not in heads:
            return "HEAD"
        signers.append((names.index(each["signer"]), heads, bytes.fromhex(each["signature"])))
    if len({signer for signer, _, _ in signers}) < len(signers):
        return "REPEATED"
    for signer, heads, signature in signers:
        message = statement(digest, certificate["position"], signer, heads)
        if not verifies(keys[signer], message, signature):
            return "SIGNATURE"
    if len(signers) < vectors["quorum"]:
        return "QUORUM"
    outcomes = [None if each == "closed" else bytes.fromhex(each) for each in proof["outcomes"]]
    if not outcomes or proof["position"] + len(outcomes) != certificate["position"]:
        return "CHAIN"
    head = bytes.fromhex(proof["head"])
    for i, outcome in enumerate(outcomes):
        head = extend(head, proof["position"] + i, outcome)
    if head != chain:
        return "CHAIN"
    if (proof["value"] is None) != (outcomes[0] is None):
        return "VALUE"
    if proof["value"] is None:
        return None
    value = bytes.fromhex(proof["value"])
    return None if sha3(b"hetpaxos/v2/value\0", value) == outcomes[0] else "VALUE"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    flaw = judge(vectors, vectors["proof"])
    if flaw is not None:
        sys.exit(f"the proof does not hold: {flaw}")
    for i, spoiled in enumerate(vectors["spoiled"]):
        flaw = judge(vectors, spoiled["proof"])
        if flaw != spoiled["flaw"]:
            sys.exit(f"spoiled proof {i}: {flaw}, not {spoiled['flaw']}")
    print(f"1 proof holds, {len(vectors['spoiled'])} prove nothing")


main()
