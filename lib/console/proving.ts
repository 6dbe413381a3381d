/**
 * Proofs of entries of a log, verified by the page itself: nobody is believed but acceptors' keys.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import { verifyingKeyOf } from "../crypto/signatures.ts";
import { isProofFlaw, verifyEntry } from "../log/proof.ts";
import { isUnread, readProof } from "../log/proof_json.ts";
import { logContext } from "../log/verifying.ts";
import { fromHex } from "../wire/hex.ts";
import type { LogBoot } from "./overview.ts";

/** What has come of a proof. */
export interface Proved {
  /** Whether it proves the entry. */
  readonly holds: boolean;
  /** In words. */
  readonly text: string;
}

/**
 * Verifies a document as the proof of an entry.
 *
 * @param document As JSON was parsed; nothing is expected of it.
 */
export function proved(
  graph: LearnerGraph,
  { configDigest, keys, settings }: LogBoot,
  document: unknown,
  learner: string,
  position: number,
): Proved {
  const context = logContext({
    ...{ graph, settings, configDigest: fromHex(configDigest) },
    keys: keys.map((key) => verifyingKeyOf(fromHex(key))),
  });
  const read = readProof(context, document);
  if (isUnread(read)) return { holds: false, text: `This is no proof: ${read.detail}.` };
  const found = verifyEntry(context, read);
  if (isProofFlaw(found)) {
    const flaw = found.flaw === "CERTIFICATE" ? found.certificate : found.flaw;
    return { holds: false, text: `It proves nothing (${flaw}).` };
  }
  if (graph.spec.learners[found.learner] !== learner || found.position !== position) {
    return { holds: false, text: "It proves another entry." };
  }
  const { certificate: { position: at, statements }, outcomes } = read;
  const signers = statements.map(({ statement: { signer } }) => graph.spec.acceptors[signer]!);
  const what = found.outcome.kind === "closed"
    ? "is closed"
    : `has ${found.records.length} records`;
  return {
    holds: true,
    text:
      `Proved in this page: entry ${position} of ${learner} ${what}. ${
        signers.toSorted().join(", ")
      } have signed where the log stands at ${at}, and a chain of ${outcomes.length} hashes leads ` +
      "from the entry to there.",
  };
}
