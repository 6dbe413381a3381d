/**
 * Who trusts whom: quorums, safe sets, and what becomes of them when acceptors fail.
 *
 * @module
 */

/// <reference lib="dom" />

import { computed, effect, type Signal, signal } from "@preact/signals";
import { describeRule } from "../../config/rule_text.ts";
import { membersOf, setOf } from "../../core/acceptor_set.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import { newEffort, type WholeEffort, type Work } from "../../graph/effort.ts";
import { prepare } from "../../graph/prepared.ts";
import { fillReport, type GraphReport, newReport, REPORT_OPTIONS } from "../../graph/report.ts";
import { toSvg } from "../../graph/svg.ts";
import { type WhatIf, whatIf } from "../../graph/what_if.ts";
import { saveSvg } from "./save.ts";
import { graph } from "./state.ts";

/** What is supposed of an acceptor. */
type Supposed = "up" | "down" | "lying";

const NEXT: Readonly<Record<Supposed, Supposed>> = { up: "down", down: "lying", lying: "up" };

/** Milliseconds of work between two breaths of the page. */
const SLICE_MS = 12;

const supposed: Signal<ReadonlyMap<number, Supposed>> = signal(new Map());
const report: Signal<GraphReport | undefined> = signal(undefined);
const working: Signal<string> = signal("");
const what: Signal<WhatIf | undefined> = signal(undefined);
const prepared = computed(() => graph.value && prepare(graph.value));

let running: WholeEffort = newEffort();
let supposing: WholeEffort = newEffort();

effect(() => {
  const of = prepared.value;
  supposed.value = new Map();
  running.stopped = true;
  if (of === undefined) return;
  const effort = running = newEffort();
  const next = newReport(of);
  const work = fillReport(next, REPORT_OPTIONS, effort, (part) => working.value = part);
  drive(effort, work, () => {
    if (effort.stopped) return;
    working.value = "";
    report.value = next;
  });
});

effect(() => {
  const of = prepared.value;
  const who = [...supposed.value];
  supposing.stopped = true;
  if (of === undefined) return;
  const those = (wanted: Supposed) => setOf(who.flatMap(([i, now]) => now === wanted ? [i] : []));
  const effort = supposing = newEffort();
  drive(effort, whatIf(of, those("down"), those("lying"), effort), (found) => {
    if (!effort.stopped) what.value = found;
  });
});

/** Learners, acceptors, a picture, and what would be if. */
export function Trust() {
  const learners = graph.value;
  if (learners === undefined) return <p class="hint">Nothing yet.</p>;
  return (
    <>
      <Suppose graph={learners} />
      <Becomes graph={learners} />
      <section aria-label="Picture">
        <h2>Who agrees with whom, and on whom it rests</h2>
        {working.value !== "" && <p class="hint" role="status">{`working: ${working.value}`}</p>}
        {report.value !== undefined && <Drawn of={report.value} />}
      </section>
      <Rules graph={learners} />
    </>
  );
}

function Suppose({ graph }: { graph: LearnerGraph }) {
  const toggle = (index: number) => {
    const next = new Map(supposed.value);
    next.set(index, NEXT[next.get(index) ?? "up"]);
    supposed.value = next;
  };
  return (
    <section aria-label="What if">
      <h2>What if</h2>
      <p class="hint">Click an acceptor: once it is down, twice it lies, and again it is well.</p>
      <ul class="chips">
        {graph.spec.acceptors.map((name, index) => {
          const now = supposed.value.get(index) ?? "up";
          return (
            <li key={name}>
              <button type="button" class={`chip ${now}`} onClick={() => toggle(index)}>
                {name} <span class="quiet">{now}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const DECIDES = {
  "yes": "decides",
  "with liars": "decides only if liars play along",
  "no": "cannot decide",
} as const;

function Becomes({ graph: { spec } }: { graph: LearnerGraph }) {
  const now = what.value;
  if (now === undefined || now.learners.length !== spec.learners.length) return null;
  const names = (set: bigint) => membersOf(set).map((index) => spec.acceptors[index]!).join(", ");
  return (
    <div class="beside">
      <section aria-label="Who decides" aria-live="polite">
        <h2>Who decides</h2>
        <ul class="verdicts">
          {now.learners.map(({ learner, decides, critical }) => (
            <li key={learner} class={decides === "yes" ? "good" : "bad"}>
              {`${spec.learners[learner]} ${DECIDES[decides]}`}
              {critical !== 0n && <span class="quiet">{`; now critical: ${names(critical)}`}</span>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Who agrees" aria-live="polite">
        <h2>Who agrees</h2>
        <ul class="verdicts">
          {now.pairs.map(({ a, b, promised, split }) => (
            <li key={`${a} ${b}`} class={split === false ? "good" : "bad"}>
              {pair(spec.learners[a]!, spec.learners[b]!, promised, split)}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function pair(a: string, b: string, promised: boolean, split: unknown): string {
  const who = a === b ? `${a} with itself` : `${a} with ${b}`;
  if (split === "unknown") return `${who}: not found out`;
  if (split !== false) return `${who}: may decide differently`;
  return promised
    ? `${who}: agree`
    : `${who}: agree as far as these liars go, but no safe set is left`;
}

function Drawn({ of }: { of: GraphReport }) {
  const svg = toSvg(of);
  const save = () => saveSvg("trust.svg", svg);
  return (
    <>
      {/* Names are escaped by what draws it; it has no script and no style. */}
      <div
        class="scroll drawn"
        tabIndex={0}
        role="region"
        aria-label="Learner graph"
        dangerouslySetInnerHTML={{ __html: svg }}
      />
      <p class="legend">
        <span class="key">
          {of.valid === true
            ? "The graph is valid: every promise can be kept."
            : of.valid === false
            ? "The graph is invalid: some promise cannot be kept."
            : "Whether every promise can be kept was not found out."}
        </span>
        <button type="button" class="link" onClick={save}>save as SVG</button>
      </p>
    </>
  );
}

function Rules({ graph: { spec } }: { graph: LearnerGraph }) {
  return (
    <section aria-label="Rules">
      <h2>Rules</h2>
      <dl class="rules">
        {spec.learners.map((name, index) => (
          <div key={name}>
            <dt>{`${name} decides by`}</dt>
            <dd>{describeRule(spec.quorums[index]!, spec.acceptors)}</dd>
          </div>
        ))}
        {spec.safety.map(({ a, b, safe }) => (
          <div key={`${a} ${b}`}>
            <dt>
              {a === b
                ? `${spec.learners[a]} agrees with itself as long as these are honest`
                : `${spec.learners[a]} and ${spec.learners[b]} agree as long as these are honest`}
            </dt>
            <dd>{describeRule(safe, spec.acceptors)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Does work a slice at a time, and hands over what comes of it. */
function drive<T>(effort: WholeEffort, work: Work<T>, done: (result: T) => void): void {
  const slice = () => {
    if (effort.stopped) return;
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      const step = work.next();
      if (step.done) return done(step.value);
    }
    setTimeout(slice);
  };
  slice();
}
