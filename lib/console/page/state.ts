/**
 * What the page shows now: signals, and what changes them.
 *
 * @module
 */

/// <reference lib="dom" />

import { computed, effect, type Signal, signal } from "@preact/signals";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { MessageId, ValueHash } from "../../core/types.ts";
import type { Boot, Overview } from "../overview.ts";
import { busiest, type RecordedInstance, type RecordedNode, Recording } from "../recording.ts";
import type { NameValue, Told } from "../telling.ts";
import { Weave } from "../weave.ts";

/** Parts of the page. */
export type View = "instance" | "trust" | "cluster" | "log" | "propose";

/** How the page came to be. */
export const boot: Boot = JSON.parse(document.getElementById("boot")!.textContent!);

/** The part that is shown. */
export const view: Signal<View> = signal(boot.mode === "live" ? "cluster" : "instance");

/** What went wrong last, for people; empty if nothing did. */
export const trouble: Signal<string> = signal("");

/** What is looked at; it grows, and {@linkcode version} says when. */
export const recording: Signal<Recording> = signal(new Recording());

/** Changes whenever the recording has grown. */
export const version: Signal<number> = signal(0);

/** Whose view of an instance is shown; undefined for the one that has seen most. */
export const nodeName: Signal<string | undefined> = signal(undefined);

/** The instance; undefined for the first that there is. */
export const instanceNumber: Signal<bigint | undefined> = signal(undefined);

/** How many steps are shown; undefined for all there are. */
export const steps: Signal<number | undefined> = signal(undefined);

/** The message that is looked at. */
export const selected: Signal<MessageId | undefined> = signal(undefined);

/** Values by hash, as far as they are known. */
export const values: Signal<ReadonlyMap<string, string>> = signal(new Map());

/** Of a live cluster. */
export const overview: Signal<Overview | undefined> = signal(undefined);

/** The story that is told, in a demonstration. */
export const story: Signal<number> = signal(0);

/** Names a value: itself if it is known, or the beginning of its hash. */
export const valueText: NameValue = (hash: ValueHash) =>
  values.value.get(hash) ?? `value ${hash.slice(0, 8)}`;

/** What acceptors tell beyond the instance that is shown; only those of a live cluster do. */
export const told: Signal<Told> = computed(() => {
  const now = overview.value?.told;
  if (now === undefined) return { unable: new Map() };
  const { unable, parts, apart, troubles, windows } = now;
  return {
    ...{ apart, troubles },
    unable: new Map(Object.entries(unable)),
    parts: parts.map(BigInt),
    windows: windows[`${instanceNumber.value}`] ?? [],
  };
});

/** The node whose view is shown. */
export const node: Signal<RecordedNode | undefined> = computed(() => {
  version.value;
  const { nodes } = recording.value;
  const chosen = nodeName.value;
  return (chosen === undefined ? undefined : nodes.get(chosen)) ?? busiest([...nodes.values()]);
});

/** The graph of that node. */
export const graph: Signal<LearnerGraph | undefined> = computed(() => node.value?.context.graph);

/** The instance that is shown. */
export const instance: Signal<RecordedInstance | undefined> = computed(() => {
  version.value;
  const { instances } = node.value ?? {};
  if (instances === undefined) return undefined;
  const chosen = instanceNumber.value;
  return chosen === undefined ? [...instances.values()][0] : instances.get(chosen);
});

/** How many steps of it are shown. */
export const shownSteps: Signal<number> = computed(() => {
  version.value;
  const all = instance.value?.steps ?? 0;
  return Math.min(all, steps.value ?? all);
});

/**
 * The same once it rests: what takes long is not done for every place that a slider passes. In
 * milliseconds.
 */
const REST_MS = 80;

/** How many steps are shown, since a moment. */
export const restedSteps: Signal<number> = signal(0);

let resting: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const next = shownSteps.value;
  clearTimeout(resting);
  resting = setTimeout(() => restedSteps.value = next, REST_MS);
});

let woven: { of: RecordedInstance; weave: Weave } | undefined;

/** Where its messages are drawn. */
export const weave: Signal<{ readonly weave: Weave; readonly version: number } | undefined> =
  computed(() => {
    const of = instance.value;
    if (of === undefined) return undefined;
    if (woven?.of !== of) woven = { of, weave: new Weave() };
    woven.weave.take(of.known);
    return { weave: woven.weave, version: version.value };
  });

/** Another thing is looked at: begins anew. */
export function show(next: Recording): void {
  recording.value = next;
  selected.value = undefined;
  steps.value = undefined;
  nodeName.value = undefined;
  version.value++;
}
