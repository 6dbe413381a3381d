/**
 * Pages in a real browser: what they ask for, complain of, overlap, and what a keyboard reaches.
 *
 * @module
 */

/// <reference lib="dom" />

import axe from "axe-core";
import { assertEquals } from "@std/assert";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { CHROMIUM } from "./tools.ts";

/** How a page is looked at. */
export interface Sight {
  /** In pixels. */
  readonly width?: number;
  /** Light unless told. */
  readonly colours?: "light" | "dark";
}

/**
 * Opens a browser for as long as `body` runs.
 *
 * @param folder Where it keeps what it writes.
 */
export async function withBrowser(
  folder: string,
  body: (browser: Browser) => Promise<void>,
): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: await whereIs(CHROMIUM!),
    args: ["--no-sandbox", "--disable-gpu"],
    env: { HOME: folder, PATH: Deno.env.get("PATH") ?? "" },
    userDataDir: `${folder}/profile`,
  });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

async function whereIs(program: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

/** A page that is watched. */
export interface Watched {
  /** The page. */
  readonly page: Page;
  /** What it complained of, and whom it asked besides its own address; should be empty. */
  readonly faults: string[];
}

/** Opens an address, and watches what comes of it. */
export async function open(browser: Browser, url: string, sight: Sight = {}): Promise<Watched> {
  const { width = 1200, colours = "light" } = sight;
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: colours },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  const faults: string[] = [];
  page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) faults.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** Waits for a thing that is called so, and clicks it. */
export async function click(page: Page, role: string, name: string): Promise<void> {
  await page.locator(`::-p-aria(${name}[role="${role}"])`).click();
}

/** Waits until a text is to be read. */
export async function reads(page: Page, text: string): Promise<void> {
  try {
    await page.waitForFunction(
      (wanted) => document.body.innerText.replaceAll(/\s+/g, " ").includes(wanted),
      { polling: 50 },
      text,
    );
  } catch (cause) {
    const shown = await page.evaluate(() => document.body.innerText.slice(0, 1_000));
    throw new Error(`it does not say ${JSON.stringify(text)}:\n${shown}`, { cause });
  }
}

/** How many there are. */
export async function count(page: Page, selector: string): Promise<number> {
  return (await page.$$(selector)).length;
}

/** Serious findings of axe, each with where. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- the page has it now
    const { violations } = await (globalThis as any).axe.run();
    return violations
      // deno-lint-ignore no-explicit-any -- axe's own form
      .filter(({ impact }: any) => impact === "serious" || impact === "critical")
      // deno-lint-ignore no-explicit-any -- axe's own form
      .map(({ id, nodes }: any) => `${id}: ${nodes.map(({ html }: any) => html).join(" ")}`);
  });
}

/** Texts of pictures that lie over each other, the names of lanes aside that lie over all. */
export async function overlapping(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const boxes = [...document.querySelectorAll("svg text")]
      .filter((text) => text.getBoundingClientRect().width > 0)
      .map((text) => ({ box: text.getBoundingClientRect(), text: text.textContent }));
    const over: string[] = [];
    boxes.forEach(({ box: a, text }, i) =>
      boxes.slice(i + 1).forEach(({ box: b, text: other }) => {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top ||
          b.bottom <= a.top;
        if (!apart) over.push(`${text} / ${other}`);
      })
    );
    return over;
  });
}

/** Whether the page is wider than its window: it would have to be scrolled sideways. */
export async function isTooWide(page: Page): Promise<boolean> {
  return await page.evaluate(() =>
    document.documentElement.scrollWidth > document.documentElement.clientWidth
  );
}

/** Everything that can be used but is not reached by going round with Tab. */
export async function notReached(page: Page): Promise<string[]> {
  const wanted = await page.evaluate(() => {
    const all = document.querySelectorAll("button, input, select, a[href], .scroll");
    let number = 0;
    return [...all].filter((one) => one.getAttribute("tabindex") !== "-1").map((one) => {
      one.setAttribute("data-stop", `${number}`);
      return `${number++}`;
    });
  });
  const reached = new Set<string>();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let i = 0; i < 2 * wanted.length + 5 && reached.size < wanted.length; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => document.activeElement?.getAttribute("data-stop"));
    if (typeof at === "string") reached.add(at);
  }
  return wanted.filter((stop) => !reached.has(stop));
}

/** All of that, of what a page shows now. */
export async function assertGood({ page, faults }: Watched): Promise<void> {
  assertEquals(faults, []);
  assertEquals(await axeFindings(page), []);
  assertEquals(await overlapping(page), []);
  assertEquals(await isTooWide(page), false);
  assertEquals(await notReached(page), []);
}
