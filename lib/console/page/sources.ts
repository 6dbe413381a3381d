/**
 * Where the page has from what it shows: a server, or clusters that it makes itself.
 *
 * @module
 */

/// <reference lib="dom" />

import { traceOf } from "../../explore/recorded.ts";
import { hashOf } from "../../sim/ids.ts";
import { parseScript } from "../../sim/script.ts";
import type { LogPage, Overview, ProposedView } from "../overview.ts";
import { Recording } from "../recording.ts";
import { STORIES } from "../stories.ts";
import {
  boot,
  instanceNumber,
  overview,
  recording,
  show,
  steps,
  story,
  trouble,
  values,
  version,
  view,
} from "./state.ts";

/** Between two looks at a live cluster, in milliseconds. */
const OVERVIEW_MS = 1_000;

/** Lines that are taken in before the page may breathe. */
const BATCH_LINES = 200;

/** Begins to show what this page was made for. */
export async function begin(): Promise<void> {
  if (boot.mode === "demo") return tell(0);
  if (boot.mode === "trace") {
    const next = new Recording();
    show(next);
    await follow("trace", next, new AbortController().signal);
    return;
  }
  if (boot.header !== undefined) {
    const next = new Recording();
    next.take(boot.header);
    show(next);
  }
  await watchCluster();
}

/** Tells one of the stories. */
export function tell(which: number): void {
  const { script } = STORIES[which]!;
  story.value = which;
  const offers = parseScript(script).filter((line) => line.kind === "propose");
  values.value = new Map(offers.map(({ value }) => [hashOf(value), value]));
  const next = new Recording();
  for (const line of traceOf(script)) next.take(line);
  instanceNumber.value = undefined;
  show(next);
  view.value = "instance";
}

let following = new AbortController();

/** Shows an instance of a live cluster, and goes on showing what comes. */
export function followInstance(instance: bigint): void {
  following.abort();
  following = new AbortController();
  const next = new Recording();
  instanceNumber.value = instance;
  show(next);
  view.value = "instance";
  follow(`instance/${instance}`, next, following.signal).catch(complain);
}

/** Offers a value in an instance. */
export async function propose(instance: string, value: string): Promise<ProposedView> {
  const answer = await fetch("propose", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ instance, value }),
  });
  return await answer.json();
}

/** Appends a record to the log of a live cluster. */
export async function append(value: string): Promise<ProposedView> {
  const answer = await fetch("append", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ value }),
  });
  return await answer.json();
}

/** Entries of a learner's log from a position on. */
export async function entriesFrom(learner: string, from: number): Promise<LogPage> {
  return await answerOf(`log/${encodeURIComponent(learner)}/${from}`) as LogPage;
}

/** A document that may prove an entry: nothing is to be expected of it. */
export function askForProof(learner: string, position: number): Promise<unknown> {
  return answerOf(`proof/${encodeURIComponent(learner)}/${position}`);
}

async function answerOf(path: string): Promise<unknown> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
}

async function watchCluster(): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch("overview");
      if (!answer.ok) throw new Error(`the console answers ${answer.status}`);
      overview.value = await answer.json() as Overview;
      if (trouble.value.startsWith("no answer")) trouble.value = "";
    } catch (error) {
      trouble.value = `no answer from the console's server (${
        reason(error)
      }): is it still running?`;
    }
    await new Promise((resolve) => setTimeout(resolve, OVERVIEW_MS));
  }
}

/** Takes in lines as they come, as long as the recording is the one that is shown. */
async function follow(path: string, into: Recording, signal: AbortSignal): Promise<void> {
  const answer = await fetch(path, { signal });
  if (!answer.ok) {
    trouble.value = `${path}: ${await answer.text()}`;
    return;
  }
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (let i = 0; i < lines.length; i += BATCH_LINES) {
      for (const line of lines.slice(i, i + BATCH_LINES)) take(line, into);
      if (recording.value !== into) return;
      version.value++;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

function take(line: string, into: Recording): void {
  try {
    if (line.startsWith('{"value"')) {
      const { value, text } = JSON.parse(line);
      values.value = new Map(values.value).set(value, text);
    } else if (line !== "") into.take(line);
  } catch (error) {
    trouble.value = `${boot.title}: ${reason(error)}`;
  }
}

function complain(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "AbortError")) {
    trouble.value = reason(error);
  }
}

/** What went wrong, for people. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One step forward or back, within what there is. */
export function move(by: number, all: number): void {
  const now = steps.value ?? all;
  const next = Math.max(0, Math.min(all, now + by));
  steps.value = next === all ? undefined : next;
}
