/**
 * What an implementation in another language has to get right about one message: its canonical
 * bytes, its id, its signature. Checked against the vectors in tests/vectors.
 *
 * `deno run examples/verify_message.ts`
 *
 * @module
 */

import canonical from "../tests/vectors/canonical.json" with { type: "json" };
import signatures from "../tests/vectors/signatures.json" with { type: "json" };
import { acceptorMessageId } from "../lib/crypto/hash.ts";
import { parseCertificate } from "../lib/crypto/certificate.ts";
import { makeSigner, parsePrivateKey } from "../lib/crypto/keys.ts";
import { makeCertificate } from "../lib/crypto/make_certificate.ts";
import { verifySignature } from "../lib/crypto/signatures.ts";
import { makeVerifier } from "../lib/crypto/verify.ts";
import { isRejection } from "@hetpaxos/hetpaxos/core";
import { verifyingKeyOf } from "@hetpaxos/hetpaxos/evidence";
import { canonicalAcceptorMessage, fromHex, type MessageId, toHex } from "@hetpaxos/hetpaxos/wire";

// A vector: a message of an acceptor, and what its canonical bytes and its id must be.
const vector = canonical.acceptorMessages[1]!;
const scope = {
  configDigest: fromHex(vector.configDigest),
  instance: BigInt(vector.instance),
};
const content = {
  signer: vector.signer,
  prev: (vector.prev ?? undefined) as MessageId | undefined,
  refs: vector.refs as MessageId[],
};
const bytes = canonicalAcceptorMessage(scope, content);
console.log(`canonical bytes as in the vector: ${toHex(bytes) === vector.canonical}`);
console.log(`id as in the vector: ${acceptorMessageId(scope, content) === vector.id}`);

// Vectors of signatures, good and bad, of both kinds of keys.
const agree = signatures.filter(({ spki, message, signature, valid }) => {
  const { keyKind, publicKey } = verifyingKeyOf(fromHex(spki));
  return verifySignature(keyKind, publicKey, fromHex(message), fromHex(signature)) === valid;
});
console.log(`signature vectors that verify as they say: ${agree.length} of ${signatures.length}`);

// The same message, signed by the fourth of four acceptors, as a peer would check it.
const acceptors = await Promise.all(["Alice", "Bob", "Carol", "Dave"].map(async (name) => {
  const made = await makeCertificate("ed25519", name, ["localhost"]);
  return { name, certificate: parseCertificate(made.certificate), privateKey: made.privateKey };
}));
const signature = makeSigner(parsePrivateKey(acceptors[content.signer]!.privateKey)).sign(bytes);
const verifier = makeVerifier({
  acceptors,
  proposers: acceptors,
  digest: { whole: scope.configDigest },
});
for (const instance of [scope.instance, scope.instance + 1n]) {
  const wire = { kind: "acceptor", instance, content, signature } as const;
  const verified = verifier.verify(wire, verifier.identify(wire));
  const verdict = isRejection(verified) ? `${verified.rejected}: ${verified.detail}` : "verified";
  console.log(`as a message of instance ${instance}: ${verdict}`);
}
