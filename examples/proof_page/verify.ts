/**
 * What runs in the page: reads a proof, and says what it proves or why it proves nothing.
 *
 * @module
 */

/// <reference lib="dom" />

import { type LearnerGraphSpec, makeLearnerGraph } from "@hetpaxos/hetpaxos/core";
import {
  isProofFlaw,
  isUnread,
  logContext,
  type LogSettings,
  readProof,
  verifyEntry,
  verifyingKeyOf,
} from "@hetpaxos/hetpaxos/log";
import type { Verifier } from "../proof_page.ts";

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));

/** What a text proves, in words. */
function judge({ spec, configDigest, keys, settings }: Verifier, text: string): string {
  const context = logContext({
    graph: makeLearnerGraph(spec as LearnerGraphSpec),
    configDigest: bytes(configDigest),
    keys: keys.map((spki) => verifyingKeyOf(bytes(spki))),
    settings: settings as LogSettings,
  });
  const { acceptors, learners } = context.graph.spec;
  const proof = readProof(context, JSON.parse(text));
  if (isUnread(proof)) return `Not a proof for this cluster: ${proof.detail}.`;
  const proved = verifyEntry(context, proof);
  if (isProofFlaw(proved)) return `It proves nothing: its ${proved.flaw.toLowerCase()} is wrong.`;
  const signers = proof.certificate.statements.map(({ statement }) => acceptors[statement.signer]);
  const texts = proved.records.map(({ client, payload }) =>
    `${client}: ${new TextDecoder().decode(payload)}`
  );
  return [
    `Proved: ${learners[proved.learner]}, if accurate, has this and nothing else at position ` +
    `${proved.position}. Certified by ${signers.join(", ")}.`,
    ...texts,
  ].join("\n");
}

const known: Verifier = JSON.parse(document.getElementById("verifier")!.textContent!);
const input = document.getElementById("proof") as HTMLTextAreaElement;
const output = document.getElementById("verdict")!;
document.getElementById("form")!.addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    output.textContent = judge(known, input.value);
  } catch (error) {
    output.textContent = `Not a proof: ${error instanceof Error ? error.message : error}`;
  }
});
