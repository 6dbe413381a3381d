/**
 * A log of four acceptors with real hashes and signatures, the proof of one of its entries, and
 * documents that prove nothing.
 *
 * @module
 */

import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { sha3 } from "../../lib/crypto/hash.ts";
import { keyOfSecret, verifyingKeyOf } from "../../lib/crypto/signatures.ts";
import { canonicalCheckpoint } from "../../lib/log/statement.ts";
import { encodeBatch } from "../../lib/log/record.ts";
import { proveEntry } from "../../lib/log/proof.ts";
import { type EntryProofJson, writeProof } from "../../lib/log/proof_json.ts";
import { newLogState } from "../../lib/log/state.ts";
import { stepLog } from "../../lib/log/log.ts";
import { logContext } from "../../lib/log/verifying.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { toHex } from "../../lib/wire/hex.ts";

/** How this log is kept. */
const SETTINGS = {
  windowMax: 8,
  spreadMax: 16,
  checkpointEvery: 4,
  clientsMax: 4,
  pipelineMax: 2,
  batchBytesMax: 1_000,
  retain: { entries: 4, bytes: 1_000 },
};

/** Of the acceptors: secrets that everybody knows. */
export const KEYS = [1, 2, 3, 4].map((byte) => keyOfSecret(new Uint8Array(32).fill(byte)));
const SPEC = { ...thresholds(4, [3], "TECHNICAL_REPORT"), learners: ["Eve"] };

/** What whoever verifies has: the configuration, as far as it matters. */
export const CONTEXT = logContext({
  graph: makeLearnerGraph(SPEC),
  configDigest: sha3(new TextEncoder().encode("a configuration")),
  keys: KEYS.map(({ publicKey }) => verifyingKeyOf(publicKey.spki)),
  settings: SETTINGS,
});

/** A log of four entries, certified by all but the last acceptor. */
export function certifiedLog() {
  const keepers = KEYS.map(({ signer }, index) => ({
    member: {
      context: CONTEXT,
      signer: { index, isRecovering: false, sign: (bytes: Uint8Array) => signer.sign(bytes) },
    },
    state: newLogState(CONTEXT),
  }));
  const said = keepers.flatMap(({ member, state }) =>
    [0, 1, 2, 3].flatMap((instance) => {
      const record = { client: `client ${instance}`, sequence: 1, payload: new Uint8Array([7]) };
      const value = encodeBatch([record]);
      return stepLog(member, state, { kind: "decided", learner: 0, instance, value });
    })
  ).flatMap((effect) => effect.kind === "send checkpoint" ? [effect.signed] : []);
  const [{ member, state }] = keepers as [typeof keepers[number], ...typeof keepers];
  for (const signed of said.slice(0, 3)) stepLog(member, state, { kind: "statement", signed });
  return { member, state, said };
}

/** A change of a document, and what is wrong then. */
export interface Spoiled {
  readonly flaw: string;
  readonly proof: EntryProofJson;
}

/** Everything that tests/vectors/log_proof.json has. */
export function logVectors() {
  const { state, said } = certifiedLog();
  const proof = writeProof(CONTEXT, proveEntry(CONTEXT, state, 0, 1)!);
  const { certificate } = proof;
  const { statements } = certificate;
  const [first, second, third] = statements as [typeof statements[number], ...typeof statements];
  const certify = (changed: Partial<typeof certificate>) => ({
    ...proof,
    certificate: { ...certificate, ...changed },
  });
  const zeros = "00".repeat(32);
  const spoiled: Spoiled[] = [
    { flaw: "QUORUM", proof: certify({ statements: [first, second!] }) },
    { flaw: "REPEATED", proof: certify({ statements: [first, second!, second!] }) },
    {
      flaw: "SIGNATURE",
      proof: certify({ statements: [{ ...first, signature: second!.signature }, second!, third!] }),
    },
    { flaw: "SIGNATURE", proof: { ...certify({ position: 8 }), position: 5 } },
    { flaw: "HEAD", proof: certify({ chain: zeros }) },
    { flaw: "CHAIN", proof: { ...proof, position: 0 } },
    { flaw: "CHAIN", proof: { ...proof, head: zeros } },
    { flaw: "CHAIN", proof: { ...proof, outcomes: ["closed", ...proof.outcomes.slice(1)] } },
    { flaw: "VALUE", proof: { ...proof, value: toHex(encodeBatch([])) } },
    { flaw: "VALUE", proof: { ...proof, value: null } },
  ];
  return {
    settings: SETTINGS,
    quorum: 3,
    acceptors: SPEC.acceptors.map((name, i) => ({ name, spki: toHex(KEYS[i]!.publicKey.spki) })),
    statement: toHex(canonicalCheckpoint(CONTEXT.configDigest, said[0]!.statement)),
    proof,
    spoiled,
  };
}
