/**
 * Proofs as the page judges them: the vectors, by keys that the page was given.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { proved } from "../../lib/console/proving.ts";
import type { LogBoot } from "../../lib/console/overview.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { CONTEXT, KEYS, logVectors } from "../vectors/log.ts";

const BOOT: LogBoot = {
  learners: CONTEXT.graph.spec.learners,
  configDigest: toHex(CONTEXT.configDigest),
  keys: KEYS.map(({ publicKey }) => toHex(publicKey.spki)),
  settings: CONTEXT.settings,
};
const [LEARNER = ""] = BOOT.learners;

function judge(document: unknown, position = 1, boot = BOOT) {
  return proved(CONTEXT.graph, boot, document, LEARNER, position);
}

Deno.test("a page believes a proof by its signatures and hashes, and no other", () => {
  const { proof, spoiled } = logVectors();
  const { holds, text } = judge(proof);
  assert(holds, text);
  assert(text.startsWith(`Proved in this page: entry 1 of ${LEARNER} has `), text);
  for (const { flaw, proof } of spoiled) {
    const { holds, text } = judge(proof);
    assertEquals([holds, text.includes(flaw) || text.startsWith("This is no proof")], [
      false,
      true,
    ]);
  }
  assertEquals(judge(proof, 2), { holds: false, text: "It proves another entry." });
  const others = { ...BOOT, keys: BOOT.keys.toReversed() };
  assertEquals(judge(proof, 1, others).holds, false);
  for (const odd of [null, 7, {}, { error: "none" }]) assertEquals(judge(odd).holds, false);
});
