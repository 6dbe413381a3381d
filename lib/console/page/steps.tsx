/**
 * Which instance, seen by whom, after how many steps.
 *
 * @module
 */

/// <reference lib="dom" />

import type { RecordedInstance } from "../recording.ts";
import { timeText } from "../telling.ts";
import { move } from "./sources.ts";
import {
  graph,
  instance,
  instanceNumber,
  node,
  nodeName,
  recording,
  selected,
  shownSteps,
  steps,
  version,
} from "./state.ts";

/** Nodes and instances that a list offers, at most. */
const OFFERED_MAX = 500;

/** Node and instance. */
export function Chooser() {
  version.value;
  const nodes = [...recording.value.nodes.keys()].slice(0, OFFERED_MAX);
  const instances = [...(node.value?.instances.keys() ?? [])].slice(-OFFERED_MAX);
  const chosen = instanceNumber.value ?? instances[0];
  return (
    <p class="choose">
      <label>
        seen by
        <select
          value={node.value?.name}
          onChange={({ currentTarget }) => {
            nodeName.value = currentTarget.value;
            steps.value = undefined;
            selected.value = undefined;
          }}
        >
          {nodes.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <label>
        instance
        <select
          value={`${chosen}`}
          onChange={({ currentTarget }) => {
            instanceNumber.value = BigInt(currentTarget.value);
            steps.value = undefined;
            selected.value = undefined;
          }}
        >
          {instances.map((each) => <option key={`${each}`} value={`${each}`}>{`${each}`}</option>)}
        </select>
      </label>
    </p>
  );
}

/** A slider over the steps. */
export function Slider() {
  const of = instance.value!;
  const now = shownSteps.value;
  const set = (value: number) => steps.value = value >= of.steps ? undefined : value;
  return (
    <div class="steps">
      <button type="button" onClick={() => move(-1, of.steps)} aria-label="one step back">◀</button>
      <label class="slider">
        <span class="quiet">steps</span>
        <input
          type="range"
          min={0}
          max={of.steps}
          value={now}
          aria-valuetext={`step ${now} of ${of.steps}: ${happened(of, now)}`}
          onInput={({ currentTarget }) => set(Number(currentTarget.value))}
        />
      </label>
      <button type="button" onClick={() => move(1, of.steps)} aria-label="one step on">▶</button>
      <output>
        {`step ${now} of ${of.steps}${now === 0 ? "" : `, ${timeText(of.timeOf(now - 1))}`}: ${
          happened(of, now)
        }`}
      </output>
    </div>
  );
}

/** What the last of so many steps brought. */
function happened(of: RecordedInstance, steps: number): string {
  if (steps === 0) return "nothing has happened";
  const { acceptors, learners } = graph.value!.spec;
  const news = of.known.slice(of.knownAfter(steps - 1), of.knownAfter(steps))
    .map(({ entry: { message, facts }, source }) => {
      const what = message.kind === "1a"
        ? "a 1a"
        : `a ${facts.kind} of ${acceptors[message.signer]}`;
      return source === "" ? `${what} is signed` : `${what} comes`;
    });
  const decided = of.decided.filter(({ step }) => step === steps - 1)
    .map(({ decision }) => `${learners[decision.learner]} decides`);
  const all = [...news, ...decided];
  return all.length === 0 ? "nothing that shows" : all.slice(0, 4).join(", ") +
    (all.length > 4 ? `, and ${all.length - 4} more` : "");
}
