/**
 * The log of a learner: its entries, however many, checkpoints and floor, and a proof of the chosen.
 *
 * @module
 */

/// <reference lib="dom" />

import { type Signal, signal } from "@preact/signals";
import type { EntryView, LogStandView } from "../overview.ts";
import { type Proved, proved } from "../proving.ts";
import { askForProof, entriesFrom, reason } from "./sources.ts";
import { boot, graph, overview } from "./state.ts";

/** Height of a row, in pixels. */
const ROW = 28;

/** Entries that are asked for at a time. */
const PAGE = 100;

/** Pages that are kept. */
const PAGES_MAX = 20;

/** Rows beyond the edge that are drawn too. */
const BEYOND = 8;

const learner: Signal<string> = signal(boot.log?.learners[0] ?? "");
const top: Signal<number> = signal(0);
const height: Signal<number> = signal(400);
const chosen: Signal<number | undefined> = signal(undefined);
const pages: Signal<ReadonlyMap<string, readonly EntryView[] | string>> = signal(new Map());
const proof: Signal<Proved | undefined> = signal(undefined);
const wanted: Set<string> = new Set();

/** The part of the page. */
export function Log() {
  const stands = overview.value?.log;
  const stand = stands?.find((each) => each.learner === learner.value);
  if (stands === undefined || stand === undefined) {
    return <p class="hint">Nothing is known of a log yet.</p>;
  }
  return (
    <>
      <p class="choose">
        <label>
          log of
          <select
            value={learner.value}
            onChange={({ currentTarget }) => look(currentTarget.value, undefined)}
          >
            {stands.map(({ learner }) => <option key={learner} value={learner}>{learner}</option>)}
          </select>
        </label>
        <label>
          entry
          <input
            name="entry"
            type="number"
            min={stand.retained}
            max={Math.max(0, stand.prefix - 1)}
            value={chosen.value ?? ""}
            onInput={({ currentTarget: { value } }) => choose(stand, Number(value))}
          />
        </label>
        <button type="button" onClick={() => choose(stand, stand.prefix - 1)}>newest</button>
      </p>
      <p class="hint">
        {`${stand.prefix} entries; those from ${stand.retained} on can be read. Certified: the first ${stand.certified}. ` +
          `Floor: ${stand.floor}; below it outcomes are forgotten but for what is retained. ` +
          "A line is a checkpoint."}
      </p>
      <Rows stand={stand} />
      <Entry stand={stand} />
    </>
  );
}

/** Only what can be seen is drawn; the rest is room. */
function Rows({ stand }: { stand: LogStandView }) {
  const count = Math.max(0, stand.prefix - stand.retained);
  const first = Math.max(0, Math.floor(top.value / ROW) - BEYOND);
  const last = Math.min(count, Math.ceil((top.value + height.value) / ROW) + BEYOND);
  const positions = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  return (
    <div
      class="scroll log"
      tabIndex={0}
      role="region"
      aria-label={`Entries of ${learner.value}`}
      ref={(element: HTMLElement | null) => {
        if (element !== null && element.clientHeight !== height.peek()) {
          height.value = element.clientHeight;
        }
      }}
      onScroll={({ currentTarget }) => top.value = currentTarget.scrollTop}
    >
      <div class="rows" role="list" ref={(element: HTMLElement | null) => sized(element, count)}>
        {positions.map((index) => {
          const position = stand.retained + index;
          return (
            <div
              key={position}
              role="listitem"
              class={classOf(position)}
              ref={(element: HTMLElement | null) => placed(element, index)}
              onClick={() => choose(stand, position)}
            >
              <span class="at">{position}</span> {textOf(entryAt(stand, position))}
              {position + 1 === stand.certified && (
                <span class="quiet upto">certified up to here</span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Statements are made where there is a line below. */
function classOf(position: number): string {
  const isLast = (position + 1) % boot.log!.settings.checkpointEvery === 0;
  return `row${isLast ? " checkpoint" : ""}${chosen.value === position ? " selected" : ""}`;
}

// The page's policy lets no style stand in markup.
function sized(element: HTMLElement | null, count: number): void {
  if (element !== null) element.style.height = `${count * ROW}px`;
}

function placed(element: HTMLElement | null, index: number): void {
  if (element !== null) element.style.top = `${index * ROW}px`;
}

function textOf(entry: EntryView | string | undefined): string {
  if (entry === undefined) return "…";
  if (typeof entry === "string") return entry;
  if (entry.kind === "closed") return "closed: never decided for this learner";
  const [one] = entry.records;
  if (one === undefined) return entry.repeated > 0 ? "repetitions only" : "no records";
  const others = entry.records.length + entry.more - 1;
  return `${one.client}: ${one.text}${others === 0 ? "" : `, and ${others} more`}`;
}

/** An entry, or why it cannot be had; undefined as long as it is on its way. */
function entryAt(
  { retained, prefix }: LogStandView,
  position: number,
): EntryView | string | undefined {
  const from = Math.max(retained, position - position % PAGE);
  const key = `${from} ${learner.value}`;
  const page = pages.value.get(key);
  if (typeof page === "string") return page;
  const found = page?.find((each) => each.position === position);
  if (found === undefined && position < prefix) fetchPage(key, from);
  return found;
}

function fetchPage(key: string, from: number): void {
  if (wanted.has(key)) return;
  wanted.add(key);
  const keep = (page: readonly EntryView[] | string) => {
    const next = new Map(pages.value);
    next.delete(key);
    next.set(key, page);
    // The oldest goes: what is looked at has just come.
    for (const old of next.keys()) if (next.size > PAGES_MAX) next.delete(old);
    pages.value = next;
  };
  // A moment later, so that a page that is only passed by is not asked for.
  setTimeout(() => {
    if (!isSeen(from)) return void wanted.delete(key);
    entriesFrom(learner.value, from).then(
      ({ entries, error }) => keep(entries.length === 0 && error !== undefined ? error : entries),
      (error) => keep(reason(error)),
    ).finally(() => wanted.delete(key));
  }, 60);
}

/** Whether the page of entries from there on is looked at now. */
function isSeen(from: number): boolean {
  const stand = overview.value?.log?.find((each) => each.learner === learner.value);
  if (stand === undefined) return false;
  const first = stand.retained + Math.floor(top.value / ROW) - BEYOND;
  const last = stand.retained + Math.ceil((top.value + height.value) / ROW) + BEYOND;
  const isChosen = chosen.value !== undefined && chosen.value >= from &&
    chosen.value < from + PAGE;
  return isChosen || from + PAGE > first && from <= last;
}

function look(whose: string, position: number | undefined): void {
  learner.value = whose;
  chosen.value = position;
  proof.value = undefined;
}

/** Chooses an entry, and brings it into sight. */
function choose({ retained, prefix }: LogStandView, position: number): void {
  if (!Number.isInteger(position) || position < retained || position >= prefix) return;
  look(learner.value, position);
  const list = document.querySelector(".scroll.log");
  const at = (position - retained) * ROW;
  if (list === null || at >= list.scrollTop && at + ROW <= list.scrollTop + list.clientHeight) {
    return;
  }
  list.scrollTop = Math.max(0, at - list.clientHeight / 2);
}

function Entry({ stand }: { stand: LogStandView }) {
  const position = chosen.value;
  if (position === undefined) return <p class="hint">Click an entry, or type its number.</p>;
  const entry = entryAt(stand, position);
  const prove = async () => {
    const of = learner.value;
    proof.value = { holds: false, text: "Asking for a proof…" };
    try {
      const document = await askForProof(of, position);
      const error = (document as { readonly error?: string }).error;
      const found = error === undefined
        ? proved(graph.value!, boot.log!, document, of, position)
        : { holds: false, text: error };
      if (chosen.value === position && learner.value === of) proof.value = found;
    } catch (error) {
      proof.value = { holds: false, text: reason(error) };
    }
  };
  return (
    <section aria-label="Entry">
      <h2>{`Entry ${position}`}</h2>
      {typeof entry === "object" && (
        <dl>
          {entry.records.map(({ client, text }, index) => (
            <div key={index}>
              <dt>{client}</dt>
              <dd>{text}</dd>
            </div>
          ))}
          <div>
            <dt>said by</dt>
            <dd>{entry.reportedBy.join(", ")}</dd>
          </div>
        </dl>
      )}
      <p>
        <button type="button" onClick={prove}>prove it</button>
      </p>
      <p role="status" class={proof.value?.holds === true ? "good" : ""}>{proof.value?.text}</p>
    </section>
  );
}
