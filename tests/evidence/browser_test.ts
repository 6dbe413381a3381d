/**
 * Evidence where there is neither Deno nor Node.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { makeEvidence, verifyEvidence } from "../../lib/evidence/mod.ts";
import { keyOfSecret, verifyingKeyOf } from "../../lib/crypto/signatures.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { bundled, runAsInBrowser } from "../house/browser.ts";

Deno.test("a browser makes the same of a document as we do", async () => {
  const { signer, publicKey } = keyOfSecret(new Uint8Array(32).fill(3));
  const whole = new Uint8Array(32).fill(9);
  const digest = {
    ...{ whole, acceptors: whole, learners: whole, safetySets: whole, rules: whole },
    ...{ proposers: whole, windows: whole },
  };
  const acceptors = [{ name: "Alice", certificate: verifyingKeyOf(publicKey.spki) }];
  const context = { acceptors, digest };
  const wire = (ref: string) => {
    const content = { signer: 0, prev: undefined, refs: [ref.repeat(64) as MessageId] };
    const bytes = canonicalAcceptorMessage({ configDigest: whole, instance: 7n }, content);
    return { kind: "acceptor", instance: 7n, content, signature: signer.sign(bytes) } as const;
  };
  const document = makeEvidence(context, wire("a"), wire("b"));
  const forged = JSON.stringify(document).replaceAll(
    document.messages[0]!.signature,
    document.messages[1]!.signature,
  );
  const documents = [JSON.stringify(document), forged];
  const here = documents.map((text) => told(verifyEvidence(context, JSON.parse(text))));
  assertEquals(here[0], `proved Alice ${document.messages.map(({ id }) => id).join(" ")}`);
  await bundled(configuration.exports["./evidence"], async (file) => {
    const seen = await runAsInBrowser(`
      const { verifyEvidence, verifyingKeyOf } = await import("file://${file}");
      const whole = new Uint8Array(32).fill(9);
      const digest = { ...{ whole, acceptors: whole, learners: whole, safetySets: whole, rules: whole }, ...{ proposers: whole, windows: whole } };
      const certificate = verifyingKeyOf(Uint8Array.fromHex("${publicKey.spki.toHex()}"));
      const context = { acceptors: [{ name: "Alice", certificate }], digest };
      const told = ${told};
      for (const text of ${JSON.stringify(documents)}) {
        log(told(verifyEvidence(context, JSON.parse(text))));
      }`);
    assertEquals(seen.split("\n"), here);
  });
});

/** Plain JavaScript: it runs on both sides. */
// deno-lint-ignore no-explicit-any
function told(verdict: any): string {
  return "flaw" in verdict
    ? `${verdict.flaw}: ${verdict.detail}`
    : `proved ${verdict.acceptor} ${verdict.first} ${verdict.second}`;
}
