/**
 * Proofs of entries: the vectors, verified here and by a program in another language that was
 * written from docs/WIRE.md; and documents from strangers.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { isProofFlaw, proveEntry, verifyEntry } from "../../lib/log/proof.ts";
import { isUnread, readProof, writeProof } from "../../lib/log/proof_json.ts";
import { certifiedLog, CONTEXT, logVectors } from "../vectors/log.ts";

const FILE = new URL("../vectors/log_proof.json", import.meta.url);

/** What a document proves, in a word or two. */
function judge(json: unknown): string {
  const read = readProof(CONTEXT, json);
  if (isUnread(read)) return read.unread;
  const result = verifyEntry(CONTEXT, read);
  if (!isProofFlaw(result)) return `entry ${result.position} of learner ${result.learner}`;
  return result.flaw === "CERTIFICATE" ? result.certificate : result.flaw;
}

Deno.test("proofs: the vectors are what is made now, and each spoiled one has its answer", async () => {
  const vectors = logVectors();
  const kept = JSON.parse(await Deno.readTextFile(FILE));
  assertEquals(kept, JSON.parse(JSON.stringify(vectors)), "scripts/make_log_vectors.ts makes them");
  assertEquals(judge(kept.proof), "entry 1 of learner 0");
  for (const { flaw, proof } of kept.spoiled) assertEquals(judge(proof), flaw);
});

Deno.test("proofs: every retained entry below the floor has one, no other", () => {
  const { state } = certifiedLog();
  assertEquals(state.floor, 4);
  for (const position of [0, 1, 2, 3]) {
    const proof = proveEntry(CONTEXT, state, 0, position)!;
    assertEquals(
      judge(JSON.parse(JSON.stringify(writeProof(CONTEXT, proof)))),
      `entry ${position} of learner 0`,
    );
  }
  for (const position of [-1, 4, 0.5]) {
    assertEquals(proveEntry(CONTEXT, state, 0, position), undefined);
  }
  assertEquals(proveEntry(CONTEXT, state, 1, 0), undefined);
});

Deno.test("proofs: whatever is no document is told so", () => {
  const { proof } = logVectors();
  const answers = [
    ...[null, 7, [], {}].map(judge),
    judge({ ...proof, version: 2 }),
    judge({ ...proof, configDigest: "00".repeat(32) }),
    judge({ ...proof, learner: "Mallory" }),
    judge({ ...proof, position: -1 }),
    judge({ ...proof, outcomes: ["ABC"] }),
    judge({ ...proof, value: "0" }),
    judge({ ...proof, certificate: [] }),
  ];
  assertEquals(answers, [
    ...["MALFORMED", "MALFORMED", "MALFORMED", "MALFORMED", "VERSION", "CONFIGURATION"],
    ...["MALFORMED", "MALFORMED", "MALFORMED", "MALFORMED", "MALFORMED"],
  ]);
});

Deno.test("proofs: a verifier in Python says the same of every vector", async () => {
  const script = new URL("./verify_proof.py", import.meta.url).pathname;
  let output;
  try {
    output = await new Deno.Command("python3", { args: [script, FILE.pathname] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: python3 is not installed, and the verifier in Python was not run");
    return;
  }
  const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  assert(output.success, text);
  assertEquals(text.trim(), `1 proof holds, ${logVectors().spoiled.length} prove nothing`);
});
