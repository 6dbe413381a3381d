/**
 * Offers a value, and tells what was decided.
 *
 * @module
 */

/// <reference lib="dom" />

import { type Signal, signal } from "@preact/signals";
import type { ProposedView } from "../overview.ts";
import { append, followInstance, propose, reason } from "./sources.ts";
import { boot, overview } from "./state.ts";

/** What has been asked for, and what came of it. */
interface Asked {
  /** Empty for a record of the log. */
  readonly instance: string;
  readonly value: string;
  readonly answer: ProposedView | undefined;
}

const asked: Signal<readonly Asked[]> = signal([]);
const number: Signal<string | undefined> = signal(undefined);
const value: Signal<string> = signal("");

/** A form, and the proposals so far. */
export function Propose() {
  return (
    <>
      <section aria-label="Propose a value">
        <h2>Propose a value</h2>
        <form onSubmit={send}>
          <label>
            instance
            <input
              name="instance"
              inputMode="numeric"
              pattern="[0-9]{1,20}"
              required
              value={number.value ?? next()}
              onInput={({ currentTarget }) => number.value = currentTarget.value}
            />
          </label>
          <label>
            value
            <input
              name="value"
              required
              maxLength={1000}
              value={value.value}
              onInput={({ currentTarget }) => value.value = currentTarget.value}
            />
          </label>
          <button type="submit">Propose</button>
          {boot.log !== undefined && (
            <button
              type="button"
              onClick={() => ask({ ...newest(), instance: "" })}
            >
              Append to the log
            </button>
          )}
        </form>
      </section>
      <section aria-label="Proposals" aria-live="polite">
        <h2>Proposals</h2>
        {asked.value.length === 0 && <p class="hint">None from this page.</p>}
        <ul class="verdicts">
          {asked.value.map((each, i) => <Row key={asked.value.length - i} of={each} />)}
        </ul>
      </section>
    </>
  );
}

function Row({ of }: { of: Asked }) {
  const { instance, value, answer } = of;
  const verb = instance === "" ? "has it as" : "decided";
  const text = answer === undefined
    ? "on its way…"
    : answer.error ?? answer.decisions!.map(([learner, what]) => `${learner} ${verb} ${what}`)
      .join(", ");
  const mark = answer === undefined ? "" : answer.ours === true ? "good" : "bad";
  return (
    <li class={mark}>
      {`“${value}” in `}
      {instance === ""
        ? "the log"
        : (
          <button type="button" class="link" onClick={() => followInstance(BigInt(instance))}>
            {`instance ${instance}`}
          </button>
        )}
      {`: ${text}`}
    </li>
  );
}

/** After the highest that the console has seen, or was asked for. */
function next(): string {
  const seen = [overview.value?.instances[0]?.instance, ...asked.value.map((one) => one.instance)];
  const numbers = seen.flatMap((each) => each === undefined || each === "" ? [] : [BigInt(each)]);
  return `${numbers.reduce((most, each) => each >= most ? each + 1n : most, 0n)}`;
}

async function send(event: Event): Promise<void> {
  event.preventDefault();
  await ask(newest());
}

/** What is in the form. */
function newest(): Asked {
  return { instance: number.value ?? next(), value: value.value, answer: undefined };
}

async function ask(one: Asked): Promise<void> {
  if (one.value === "") return;
  asked.value = [one, ...asked.value].slice(0, 100);
  number.value = undefined;
  value.value = "";
  let answer: ProposedView;
  try {
    answer = one.instance === "" ? await append(one.value) : await propose(one.instance, one.value);
  } catch (error) {
    answer = { error: reason(error) };
  }
  asked.value = asked.value.map((each) => each === one ? { ...one, answer } : each);
}
