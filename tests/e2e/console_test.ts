/**
 * The console in a real browser: a cluster over TLS, recordings, the demonstration.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "puppeteer-core";
import type { ConfigFileJson } from "../../lib/config/generate.ts";
import { makePage } from "../../scripts/console_page.ts";
import { PAGE_FILE } from "../../cli/console/page.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { recordedLines } from "../console/stage.ts";
import { assertGood, click, count, open, reads, type Watched, withBrowser } from "./browser.ts";
import { Cluster } from "./cluster.ts";
import { e2e, type Stage } from "./stage.ts";
import { CHROMIUM } from "./tools.ts";

const HOW = {
  ignore: CHROMIUM === undefined ? "there is no chromium here" : undefined,
  patienceMs: 120_000,
};

/** Bytes of the page, compressed, at most. */
const PAGE_BYTES_MAX = 600_000;

/** Elements that the page has at most, however long the recording. */
const ELEMENTS_MAX = 3_000;

/** Makes the page of these sources, where the program finds it. */
async function makeThePage(): Promise<string> {
  const page = await makePage();
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  await Deno.writeTextFile(`${ROOT}/${PAGE_FILE}`, page);
  return page;
}

async function urlOf(stage: Stage, args: readonly string[]): Promise<string> {
  const program = stage.start("console", ["--json", ...args]);
  const { url } = await program.line(({ event }) => event === "console", "where the page is");
  return `${url}`;
}

/** At two widths and in both schemes. */
const SIGHTS = [{ width: 1200 }, { width: 420, colours: "dark" }] as const;

async function tab({ page }: Watched, name: string): Promise<void> {
  await click(page, "tab", name);
}

Deno.test(
  e2e(import.meta.url, "the console shows a cluster, and why it is stuck", async (stage) => {
    await makeThePage();
    const cluster = await Cluster.make(stage, { clients: 1 });
    const acceptors = await cluster.acceptors();
    const url = await urlOf(stage, [cluster.file("client_0")]);
    const markup = `<img src=x onerror=alert(1)></script> ${"x".repeat(300)}`;
    await withBrowser(stage.folder, async (browser) => {
      const watched = await open(browser, url);
      const { page } = watched;
      await reads(page, "Eve can decide");
      assertEquals(await count(page, "article"), 4);
      await assertGood(watched);

      await tab(watched, "Propose");
      for (const value of ["\u202e\u0007 controls", markup]) {
        await page.locator("input[name=value]").fill(value);
        await click(page, "button", "Propose");
        await page.locator(".verdicts li.good:first-child").wait();
        await page.locator(`.verdicts li:nth-child(${value === markup ? 2 : 1})`).wait();
      }
      assertEquals(await count(page, "main img, main script"), 0);
      await assertGood(watched);

      await page.locator(".verdicts li:first-child button").click();
      await page.locator("path.decision").wait();
      await reads(page, 'Eve decided "<img src=x');
      await click(page, "button", "next message");
      await reads(page, "1a: the offer of a value");
      await assertGood(watched);
      await tab(watched, "Trust");
      await page.locator("svg text.learner").wait();
      await click(page, "button", "Alice up");
      await reads(page, "now critical: Bob, Carol, Dave");
      await assertGood(watched);

      for (const name of ["Carol", "Dave"]) acceptors.get(name)!.kill();
      await tab(watched, "Cluster");
      const verdict = await page.locator(".verdicts li.bad").waitHandle();
      const text = await verdict.evaluate(({ textContent }) => textContent);
      assertMatch(`${text}`, /Eve cannot decide.*(Carol|Dave)/);
      await page.locator("article.bad[aria-label=Dave]").wait();
      await assertGood(watched);

      await tab(watched, "Propose");
      await page.locator("input[name=value]").fill("in vain");
      await click(page, "button", "Propose");
      await page.locator(".verdicts li:nth-child(3)").wait();
      await page.locator(".verdicts li:first-child button").click();
      await reads(page, "Eve cannot decide now: it needs any 3 of Alice, Bob, Carol, Dave;");
      await assertGood(watched);
    });
  }, HOW),
);

Deno.test(e2e(import.meta.url, "the console shows a log, and proves an entry", async (stage) => {
  await makeThePage();
  const log = { checkpointEvery: 4, windowMax: 8, spreadMax: 32 };
  const alter = (config: ConfigFileJson) => ({ ...config, log });
  const cluster = await Cluster.make(stage, { clients: 1, alter });
  await cluster.acceptors();
  const url = await urlOf(stage, [cluster.file("client_0")]);
  await withBrowser(stage.folder, async (browser) => {
    const watched = await open(browser, url);
    const { page } = watched;
    await reads(page, "Eve can decide");
    for (let number = 0; number < 6; number++) {
      await tab(watched, "Propose");
      await page.locator("input[name=value]").fill(`<b>record ${number}</b>`);
      await click(page, "button", "Append to the log");
      await reads(page, `Eve has it as entry ${number}`);
    }
    await assertGood(watched);
    await tab(watched, "Log");
    await reads(page, "Certified: the first 4.");
    await reads(page, "<b>record 5</b>");
    await page.locator("input[name=entry]").fill("1");
    await click(page, "button", "prove it");
    await reads(page, "Proved in this page: entry 1 of Eve has 1 records.");
    await assertGood(watched);
  });
}, HOW));

Deno.test(e2e(import.meta.url, "recordings are shown whatever their size", async (stage) => {
  await makeThePage();
  await withBrowser(stage.folder, async (browser) => {
    for (const size of [4, 10, 30]) {
      const acceptors = Array.from({ length: size }, (_, i) => `acceptor_${i} <b>&`);
      const learners = Array.from(
        { length: Math.ceil(size / 3) },
        (_, i) => `learner_${i} 学習者`,
      );
      const lines = recordedLines({ acceptors: acceptors.sort(), learners, ballots: 2 });
      const file = await stage.write(`${size}.trace`, `${lines.join("\n")}\n`);
      const url = await urlOf(stage, ["--trace", file]);
      for (const sight of SIGHTS) {
        const watched = await open(browser, url, sight);
        const { page } = watched;
        await page.locator("path.decision").wait();
        assertEquals(
          await count(page, "svg.weave text.name"),
          size + learners.length + 1,
        );
        await assertGood(watched);
        await tab(watched, "Trust");
        await page.locator("svg text.learner").wait();
        assertEquals(await count(page, "svg text.acceptor"), size);
        await assertGood(watched);
        await page.close();
      }
    }
  });
}, HOW));

Deno.test(
  e2e(import.meta.url, "an instance of 5,000 messages can be slid through", async (stage) => {
    await makeThePage();
    const acceptors = ["Alice", "Bob", "Carol", "Dave"];
    const lines = recordedLines({ acceptors, learners: ["Eve"], ballots: 556 });
    const file = await stage.write("long.trace", `${lines.join("\n")}\n`);
    const url = await urlOf(stage, ["--trace", file]);
    await withBrowser(stage.folder, async (browser) => {
      const { page, faults } = await open(browser, url);
      await reads(page, "step 5004 of 5004");
      const frames = await page.evaluate(async () => {
        const slider = document.querySelector<HTMLInputElement>("input[type=range]")!;
        const scroll = document.querySelector(".picture")!;
        const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
        const times: number[] = [];
        let last = await frame();
        for (let i = 0; i < 60; i++) {
          slider.value = `${Math.round(5004 * Math.abs(Math.sin(i)))}`;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          scroll.scrollLeft = 1000 * i;
          const now = await frame();
          times.push(now - last);
          last = now;
        }
        return times;
      });
      frames.sort((a, b) => a - b);
      console.log(
        `frames while sliding: median ${frames[30]!.toFixed(0)} ms, worst ${
          frames.at(-1)!.toFixed(0)
        } ms`,
      );
      const elements = await count(page, "*");
      assert(elements <= ELEMENTS_MAX, `${elements} elements`);
      assertEquals(faults, []);
    });
  }, HOW),
);

/** A picture in README. */
const PICTURE = "docs/decision.svg";

/** What the page hands over when a picture is to be saved is README's, written with --update. */
async function assertPicture(page: Page): Promise<void> {
  const saved = page.evaluate(() =>
    new Promise<string>((resolve) => {
      HTMLAnchorElement.prototype.click = () => {};
      URL.createObjectURL = (blob) => {
        (blob as Blob).text().then(resolve);
        return "";
      };
    })
  );
  await click(page, "button", "save as SVG");
  const picture = `${(await saved).replaceAll("><", ">\n<")}\n`;
  const file = `${ROOT}/${PICTURE}`;
  if (Deno.args.includes("--update")) await Deno.writeTextFile(file, picture);
  assertEquals(picture, await Deno.readTextFile(file), `${PICTURE} is made anew with --update`);
}

Deno.test(e2e(import.meta.url, "the demonstration needs nothing but its file", async (stage) => {
  const made = await makeThePage();
  const compressed = new Blob([made]).stream().pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(compressed).arrayBuffer();
  console.log(`the page: ${made.length} bytes, ${byteLength} compressed`);
  assert(byteLength <= PAGE_BYTES_MAX, `${byteLength} bytes`);
  const file = await stage.write("console.html", made);
  await withBrowser(stage.folder, async (browser) => {
    for (const sight of SIGHTS) {
      const watched = await open(browser, `file://${file}`, sight);
      const { page } = watched;
      await reads(page, "Eve decided blue");
      await assertGood(watched);
      await page.locator("li:nth-child(2) button").click();
      await reads(page, "Bank decided ship-it");
      await assertGood(watched);
      if (sight.width === 1200) await assertPicture(page);
      await page.locator("li:nth-child(3) button").click();
      await reads(page, "Dave is caught");
      await assertGood(watched);
      await page.focus("input[type=range]");
      await page.keyboard.press("Home");
      await reads(page, "nobody has proposed a value");
      await page.keyboard.press("ArrowRight");
      await reads(page, "a 1a comes");
      await page.close();
    }
  });
}, HOW));
