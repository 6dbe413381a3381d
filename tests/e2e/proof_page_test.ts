/**
 * The page of examples/proof_page.ts, in a browser.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { writePage } from "../../examples/proof_page.ts";
import { thresholdOf } from "../../lib/core/mod.ts";
import vector from "../vectors/log_proof.json" with { type: "json" };
import { assertGood, click, open, withBrowser } from "./browser.ts";
import { CHROMIUM } from "./tools.ts";

const unable = CHROMIUM === undefined ? "there is no chromium" : undefined;
if (unable !== undefined) console.log(`ignored: a page that verifies proofs: ${unable}`);

Deno.test({
  name: "a page made of the library verifies proofs in a browser, and asks nobody",
  ignore: unable !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "hetpaxos_page_" });
    try {
      const all = [0, 1, 2, 3];
      await writePage({
        spec: {
          acceptors: vector.acceptors.map(({ name }) => name),
          learners: ["Eve"],
          quorums: [thresholdOf(3, all)],
          safety: [{ a: 0, b: 0, safe: thresholdOf(3, all) }],
          burial: "TECHNICAL_REPORT",
        },
        configDigest: vector.proof.configDigest,
        keys: vector.acceptors.map(({ spki }) => spki),
        settings: vector.settings,
      }, `${folder}/page.html`);
      await withBrowser(folder, async (browser) => {
        const watched = await open(browser, `file://${folder}/page.html`);
        const { page } = watched;
        const verdict = async (text: string) => {
          await page.locator("#proof").fill(text);
          await click(page, "button", "Verify");
          return await page.$eval("#verdict", (one) => one.textContent!.split("\n"));
        };
        const [first, record] = await verdict(JSON.stringify(vector.proof));
        assertEquals(/^Proved: Eve, if accurate, has this .* at position \d+\./.test(first!), true);
        assertEquals(/^client 1: /.test(record!), true);
        const forged = { ...vector.proof, position: vector.proof.position + 1 };
        const wrong = "It proves nothing: its chain is wrong.";
        assertEquals(await verdict(JSON.stringify(forged)), [wrong]);
        const others = { ...vector.proof, configDigest: "00".repeat(32) };
        assertEquals(
          (await verdict(JSON.stringify(others)))[0]!.slice(0, 31),
          "Not a proof for this cluster: c",
        );
        assertEquals((await verdict("{"))[0]!.slice(0, 12), "Not a proof:");
        await assertGood(watched);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
