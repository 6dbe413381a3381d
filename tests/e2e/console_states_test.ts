/**
 * One page of a console, and many states of a cluster: stuck in each of its ways, and told by
 * acceptors that say hostile things.
 *
 * @module
 */

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { overviewFrom, Pace } from "../../cli/console/overview.ts";
import { type ConsoleSource, serveConsole } from "../../cli/console/server.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import type { EntryView, Overview } from "../../lib/console/overview.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import { makePage } from "../../scripts/console_page.ts";
import { gone, NAMES, well } from "../client/answers.ts";
import { recordedLines } from "../console/stage.ts";
import { LOG_SETTINGS } from "../log/memory_logs.ts";
import { STUCK_STATES } from "../console/stuck_states.ts";
import { assertGood, click, count, open, reads, withBrowser } from "./browser.ts";
import { e2e } from "./stage.ts";
import { CHROMIUM } from "./tools.ts";

const HOW = {
  ignore: CHROMIUM === undefined ? "there is no chromium here" : undefined,
  patienceMs: 120_000,
};

const THREE = thresholdOf(3, [0, 1, 2, 3]);
const CONTEXT = {
  graph: makeLearnerGraph({
    ...{ acceptors: NAMES, learners: ["Eve", "Frank"], quorums: [THREE, THREE] },
    ...{ safety: [], burial: "TECHNICAL_REPORT" },
  }),
  limits: { clockSkewMsMax: 10_000 },
} as unknown as Parameters<typeof overviewFrom>[0];

/** A cluster whose acceptors say what a test likes. */
function staged(): { source: ConsoleSource; tell(answers: readonly StatusAnswer[]): void } {
  let now: readonly StatusAnswer[] = [];
  const pace = new Pace();
  const overview = (): Promise<Overview> =>
    Promise.resolve({
      ...overviewFrom(CONTEXT, now, pace),
      ...{ instances: [], decisions: 0, atMs: 0 },
    });
  const boot = { mode: "live", title: "a test" } as const;
  return { source: { boot, overview }, tell: (answers) => now = answers };
}

Deno.test(e2e(import.meta.url, "the page names the cause of each stuck cluster", async (stage) => {
  const { source, tell } = staged();
  const served = await serveConsole(source, await makePage(), 0);
  try {
    await withBrowser(stage.folder, async (browser) => {
      tell(STUCK_STATES[0]!.answers);
      const watched = await open(browser, served.url);
      const { page } = watched;
      for (const { title, answers, says } of STUCK_STATES) {
        tell(answers);
        await page.reload();
        await page.locator(".verdicts li").wait();
        const text = await page.$eval(".verdicts", ({ textContent }) => textContent);
        for (const each of says) assert(text?.includes(each), `${title}: ${each}\n${text}`);
      }
      await assertGood(watched);
    });
  } finally {
    await served.close();
  }
}, HOW));

const MARKUP = `</script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}`;
const BIDI = "\u202egnp.exe\u2066\u0000\u001b[2J\u2028";

Deno.test(e2e(import.meta.url, "hostile acceptors put nothing into the page", async (stage) => {
  const { source, tell } = staged();
  const megabyte = "y".repeat(1_000_000);
  tell([
    well("Alice", [], {
      ...{ agent: MARKUP, votes: false, waitsFor: [MARKUP, BIDI], configMismatch: BIDI },
      rejections: { [MARKUP]: 3n, [BIDI]: 1n },
      refusedFrom: [{ name: BIDI, code: "CONFIG_MISMATCH", count: 1n, agoMs: 1n, detail: MARKUP }],
      caught: [{ name: MARKUP, instance: 1n }],
    }),
    well("Bob", NAMES, { agent: megabyte, waitsFor: [megabyte], votes: false }),
    gone("Carol", `${BIDI}${MARKUP}`),
    gone("Dave", megabyte),
  ]);
  // A longer name is no trace's: it is refused where it is read.
  const acceptors = ["Alice", `B${MARKUP}`, `C${BIDI}`, `D${"y".repeat(4_000)}`];
  const lines = recordedLines({ acceptors, learners: [MARKUP, BIDI], ballots: 1 });
  const traced: ConsoleSource = {
    boot: { mode: "trace", title: `${MARKUP}${BIDI}` },
    trace: () => new Blob([`${lines.join("\n")}\n`]).stream(),
  };
  const page = await makePage();
  const live = await serveConsole(source, page, 0);
  const recorded = await serveConsole(traced, page, 0);
  try {
    await withBrowser(stage.folder, async (browser) => {
      for (
        const { url, until } of [
          { url: live.url, until: "article[aria-label=Dave]" },
          { url: recorded.url, until: "path.decision" },
        ]
      ) {
        const watched = await open(browser, url);
        await watched.page.locator(until).wait();
        assertEquals(await count(watched.page, "main img, main script, header img"), 0);
        const text = await watched.page.evaluate(() =>
          document.querySelector("#app")!.textContent ?? ""
        );
        const raw = ["\0", "\u001b", "\u2028", "\u2066", "\u202e"].filter((one) =>
          text.includes(one)
        );
        assertEquals(raw, []);
        assert(text.includes("\\u{202e}gnp.exe"), "it is not said what was there");
        assert(text.length < 100_000, `${text.length} characters`);
        await assertGood(watched);
        await watched.page.close();
      }
    });
  } finally {
    await live.close();
    await recorded.close();
  }
}, HOW));

/** Entries of a long log. */
const ENTRIES = 100_000;

/** How long frames take while a log is scrolled through, in milliseconds, ascending. */
async function framesWhileScrolling(page: Page): Promise<number[]> {
  return await page.evaluate(async () => {
    const list = document.querySelector(".scroll.log")!;
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const times: number[] = [];
    let last = await frame();
    for (let i = 0; i < 60; i++) {
      list.scrollTop = list.scrollHeight * Math.abs(Math.sin(i));
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return times.sort((a, b) => a - b);
  });
}

Deno.test(e2e(import.meta.url, "a log of 100,000 entries is scrolled through", async (stage) => {
  const { source, tell } = staged();
  const log = { floor: 0n, windowEnd: 0n, pending: 0n, inFlight: 0n, coordinator: "Alice" };
  const flags = { holdsBack: false, abandoned: false, inaccurate: false, stalled: false };
  const learners = ["Eve", "Frank"].map((learner) => ({
    ...{ learner, prefix: BigInt(ENTRIES), retained: 0n, certified: 99_968n, ...flags },
  }));
  tell(NAMES.map((name) => well(name, NAMES, { log: { ...log, learners, lying: [] } })));
  let asked = 0;
  const served = await serveConsole(
    {
      ...source,
      boot: {
        ...source.boot,
        log: { learners: ["Eve", "Frank"], configDigest: "", keys: [], settings: LOG_SETTINGS },
      },
      log: {
        entries: (_, from) => {
          asked++;
          const entries = Array.from({ length: 100 }, (_, i): EntryView => ({
            ...{ position: from + i, kind: "decided", more: 0, repeated: 0, reportedBy: NAMES },
            records: [{ client: "till", text: `${MARKUP} number ${from + i}` }],
          }));
          return Promise.resolve({ entries });
        },
        proof: () => Promise.resolve({ format: MARKUP }),
        append: () => Promise.resolve({ ours: true, decisions: [] }),
      },
    },
    await makePage(),
    0,
  );
  try {
    await withBrowser(stage.folder, async (browser) => {
      const watched = await open(browser, served.url);
      const { page } = watched;
      await reads(page, "Eve can decide");
      await click(page, "tab", "Log");
      await reads(page, "till:");
      await assertGood(watched);
      const frames = await framesWhileScrolling(page);
      console.log(
        `frames while scrolling: median ${frames[30]!.toFixed(0)} ms, worst ${
          frames.at(-1)!.toFixed(0)
        } ms; asked ${asked} times`,
      );
      assert(frames[30]! < 50, `${frames[30]} ms`);
      await page.locator("input[name=entry]").fill("77777");
      await reads(page, "number 77777");
      await click(page, "button", "prove it");
      await reads(page, "This is no proof");
      assert(await count(page, ".row") < 60);
      assert(asked < 60, `asked ${asked} times`);
      assertEquals(await count(page, "main img, main script"), 0);
      await assertGood(watched);
    });
  } finally {
    await served.close();
  }
}, HOW));

/** Milliseconds that a page is followed for. */
const FOLLOWED_MS = 600_000;

Deno.test(e2e(import.meta.url, "memory is flat over ten minutes of following", async (stage) => {
  const { source, tell } = staged();
  let asked = 0;
  const changing: ConsoleSource = {
    ...source,
    overview() {
      const state = STUCK_STATES[++asked % STUCK_STATES.length]!;
      tell(state.answers);
      return source.overview!();
    },
  };
  const served = await serveConsole(changing, await makePage(), 0);
  try {
    await withBrowser(stage.folder, async (browser) => {
      const { page, faults } = await open(browser, served.url);
      await reads(page, "Eve can");
      const session = await page.createCDPSession();
      const heapOf = async () => {
        await session.send("HeapProfiler.collectGarbage");
        return (await session.send("Runtime.getHeapUsage")).usedSize;
      };
      /** Lets the page's clock go on, as fast as what it asks for is answered. */
      const pass = async (budget: number) => {
        const over = new Promise((resolve) =>
          session.once("Emulation.virtualTimeBudgetExpired", resolve)
        );
        const policy = "pauseIfNetworkFetchesPending";
        await session.send("Emulation.setVirtualTimePolicy", { policy, budget });
        await over;
      };
      await pass(FOLLOWED_MS / 10);
      const [before, askedBefore] = [await heapOf(), asked];
      await pass(FOLLOWED_MS);
      const [after, looks] = [await heapOf(), asked - askedBefore];
      console.log(
        `following for ten minutes of the page's clock: ${looks} looks, ` +
          `${(before / 1e6).toFixed(2)} MB before, ${(after / 1e6).toFixed(2)} MB after`,
      );
      assert(looks > 300, `only ${looks} looks`);
      assert(after < before * 1.1 + 200_000, `${before} bytes became ${after}`);
      assertEquals(faults, []);
    });
  } finally {
    await served.close();
  }
}, HOW));
