/**
 * An instance: its messages as they became known, step by step, and where each learner stands.
 *
 * @module
 */

/// <reference lib="dom" />

import { computed, type Signal, signal } from "@preact/signals";
import { render } from "preact";
import { hasMember, membersOf } from "../../core/acceptor_set.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { MessageId } from "../../core/types.ts";
import type { RecordedInstance } from "../recording.ts";
import { details, standings, timeText } from "../telling.ts";
import type { Weave } from "../weave.ts";
import { SVG_STYLE } from "./colours.ts";
import { saveSvg } from "./save.ts";
import { Chooser, Slider } from "./steps.tsx";
import {
  boot,
  graph,
  instance,
  instanceNumber,
  restedSteps,
  selected,
  shownSteps,
  told,
  valueText,
  weave,
} from "./state.ts";
import { COLUMN_WIDTH, NAMES_WIDTH, type Rested, type Shown, WeavePicture } from "./weave.tsx";

/** Columns beyond the edge that are drawn too. */
const BEYOND = 3;

/** Columns of a picture that is saved, at most: the last. */
const SAVED_COLUMNS_MAX = 500;

const scrolled: Signal<number> = signal(0);
const width: Signal<number> = signal(1200);

/** The part of the page. */
export function InstanceView() {
  const [of, learners] = [instance.value, graph.value];
  if (of === undefined || learners === undefined) {
    const number = instanceNumber.value;
    const what = boot.mode !== "live" || number !== undefined
      ? `Nothing is known${number === undefined ? "" : ` of instance ${number}`} yet.`
      : "Choose an instance under Cluster.";
    return <p class="hint">{what}</p>;
  }
  return (
    <>
      <Chooser />
      <Slider />
      <Picture graph={learners} />
      <div class="beside">
        <Learners graph={learners} of={of} />
        <Details graph={learners} />
      </div>
    </>
  );
}

function Picture({ graph }: { graph: LearnerGraph }) {
  const shown = shownNow(graph, weave.value!.weave);
  const first = Math.max(0, Math.floor(scrolled.value / COLUMN_WIDTH) - BEYOND);
  const last = Math.ceil((scrolled.value + width.value) / COLUMN_WIDTH) + BEYOND;
  const look = (element: HTMLElement) => {
    scrolled.value = element.scrollLeft;
    width.value = element.clientWidth;
  };
  return (
    <>
      <div
        class="scroll picture"
        role="region"
        aria-label="Messages"
        tabIndex={0}
        ref={(element: HTMLElement | null) => {
          if (element !== null && element.clientWidth !== width.peek()) look(element);
        }}
        onScroll={({ currentTarget }) => look(currentTarget)}
      >
        <WeavePicture
          {...shown}
          columns={[first, last]}
          namesAt={scrolled.value}
          onSelect={(id) => selected.value = id}
        />
      </div>
      <p class="legend">
        <span class="key">◆ 1a: a value is offered</span>
        <span class="key">● 1b: a ballot is taken</span>
        <span class="key">■ 2a: a quorum has fresh 1bs</span>
        <span class="key">★ a decision; thick rings: what it rests on</span>
        <span class="key">a colour is a ballot, a column a message delay</span>
        <button type="button" class="link" onClick={() => save(shown)}>save as SVG</button>
      </p>
    </>
  );
}

const shownEvidence = computed(() => {
  const by = instance.value?.caught.filter(({ step }) => step < shownSteps.value) ?? [];
  const ids = new Set<MessageId>(by.flatMap(({ evidence }) => evidence));
  return { ids, caught: by.reduce((set, { acceptor }) => set | 1n << BigInt(acceptor), 0n) };
});

/** The decisions so far, each with the 2as that it rests on: of its signers, in its ballot. */
const shownDecisions = computed(() => {
  const of = instance.value;
  if (of === undefined) return [];
  const known = weave.value!.weave.placed.slice(0, of.knownAfter(shownSteps.value));
  return of.decided.filter(({ step }) => step < shownSteps.value).map(({ decision }): Rested => {
    const on = known.filter(({ known: { entry: { message, facts } } }) =>
      message.kind === "acceptor" && facts.proposal.message.id === decision.proposal &&
      hasMember(facts.learners2a, decision.learner) && hasMember(decision.signers, message.signer)
    );
    return {
      learner: decision.learner,
      ballot: on[0]?.ballot ?? 0,
      column: 1 + Math.max(...on.map(({ column }) => column)),
      on: new Set(on.map(({ known }) => known.entry.message.id)),
    };
  });
});

function shownNow(graph: LearnerGraph, weave: Weave): Shown {
  const id = selected.value;
  return {
    ...{ graph, weave },
    known: instance.value!.knownAfter(shownSteps.value),
    columns: [0, 0],
    namesAt: 0,
    caught: shownEvidence.value.caught,
    evidence: shownEvidence.value.ids,
    decisions: shownDecisions.value,
    selected: id === undefined ? undefined : weave.get(id),
  };
}

function Learners({ graph, of }: { graph: LearnerGraph; of: RecordedInstance }) {
  const steps = Math.min(restedSteps.value, of.steps);
  const all = standings(graph, of, steps, valueText, told.value);
  return (
    <section aria-label="Learners" class="learners">
      <h2>Learners</h2>
      <dl aria-live="polite" aria-busy={steps !== shownSteps.value}>
        {all.map(({ learner, sentences }) => (
          <div key={learner} class={sentences[0]?.cause === "decided" ? "good" : "waits"}>
            <dt>{learner}</dt>
            {sentences.map(({ text }) => <dd key={text}>{text}</dd>)}
          </div>
        ))}
      </dl>
      {membersOf(shownEvidence.value.caught).map((acceptor) => (
        <p key={acceptor} class="bad">
          {`${graph.spec.acceptors[acceptor]} is caught: it signed two messages of which neither ` +
            "follows the other."}
        </p>
      ))}
    </section>
  );
}

function Details({ graph }: { graph: LearnerGraph }) {
  const placed = selected.value === undefined ? undefined : weave.value!.weave.get(selected.value);
  const { placed: all } = weave.value!.weave;
  const known = instance.value!.knownAfter(shownSteps.value);
  const go = (by: number) => {
    const next = (placed?.known.place ?? (by > 0 ? -1 : known)) + by;
    const found = all[Math.max(0, Math.min(known - 1, next))];
    if (found !== undefined) selected.value = found.known.entry.message.id;
  };
  return (
    <section aria-label="Message" class="details">
      <h2>Message</h2>
      <p>
        <button type="button" onClick={() => go(-1)}>previous message</button>{" "}
        <button type="button" onClick={() => go(1)}>next message</button>
      </p>
      {placed === undefined ? <p class="hint">Click a message, or choose the next.</p> : (
        <dl>
          {details(graph, placed.known.entry, valueText).map(([what, text]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{text}</dd>
            </div>
          ))}
          <div>
            <dt>known</dt>
            <dd>
              {`from step ${placed.known.step + 1}, ${
                timeText(instance.value!.timeOf(placed.known.step))
              }${placed.known.source === "" ? "" : `, by ${placed.known.source}`}`}
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}

/** Draws the same picture apart from the page, and hands it over as a file. */
function save(shown: Shown): void {
  const home = document.createElement("div");
  const last = shown.weave.columns.length - 1;
  const first = Math.max(0, last - SAVED_COLUMNS_MAX);
  render(
    <WeavePicture {...shown} columns={[first, last]} namesAt={first * COLUMN_WIDTH} />,
    home,
  );
  const svg = home.querySelector("svg")!;
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = SVG_STYLE;
  const left = first * COLUMN_WIDTH;
  const [wide, high] = [Number(svg.getAttribute("width")) - left, svg.getAttribute("height")];
  svg.setAttribute("viewBox", `${left} 0 ${Math.max(wide, NAMES_WIDTH)} ${high}`);
  svg.setAttribute("width", `${wide}`);
  // It may be looked at on any ground.
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const place = { class: "names", x: left, y: 0, width: wide, height: high! };
  for (const [name, value] of Object.entries(place)) ground.setAttribute(name, `${value}`);
  svg.prepend(style, ground);
  saveSvg("instance.svg", svg.outerHTML);
}
