/**
 * A live cluster: who can decide, how acceptors say they are, and which instances there are.
 *
 * @module
 */

import type { AcceptorView, InstanceView as InstanceRow, PaceView } from "../overview.ts";
import { followInstance } from "./sources.ts";
import { overview } from "./state.ts";

/** How the cluster is. */
export function Cluster() {
  const now = overview.value;
  if (now === undefined) return <p class="hint">Asking the acceptors…</p>;
  return (
    <>
      <section aria-label="Learners">
        <h2>Learners</h2>
        <ul class="verdicts">
          {now.verdicts.map(({ learner, decides, sentence }) => (
            <li key={learner} class={decides ? "good" : "bad"}>
              <span class="mark" aria-hidden="true">{decides ? "✓" : "✗"}</span> {sentence}
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Acceptors">
        <h2>Acceptors</h2>
        <div class="cards">{now.acceptors.map((each) => <Card key={each.name} of={each} />)}</div>
      </section>
      <section aria-label="Instances">
        <h2>Instances</h2>
        <p class="hint">
          {`Decisions that have come to this console: ${now.decisions}. ${
            paceText(now.pace)
          } The newest instances:`}
        </p>
        <Instances rows={now.instances} />
      </section>
    </>
  );
}

function paceText(pace: PaceView | undefined): string {
  if (pace === undefined) return "None in the last minute.";
  const { perSecond, medianMs, worstMs, counted } = pace;
  return `In the last minute ${counted}, ${perSecond} a second: half of them within ${medianMs} ms ` +
    `of their ballots, all within ${worstMs} ms.`;
}

function Card({ of: { name, error, facts, unlinked } }: { of: AcceptorView }) {
  return (
    <article class={error === undefined ? "card" : "card bad"} aria-label={name}>
      <h3>{name}</h3>
      {error !== undefined && <p>{`no answer: ${error}`}</p>}
      <dl>
        {facts.map(([what, text]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {unlinked.map((each) => <p key={each} class="warn">{each}</p>)}
    </article>
  );
}

function Instances({ rows }: { rows: readonly InstanceRow[] }) {
  if (rows.length === 0) return <p>None: propose a value.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Newest instances">
      <table>
        <thead>
          <tr>
            <th scope="col">instance</th>
            <th scope="col">decided</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ instance, decided }) => (
            <tr key={instance}>
              <td>
                <button
                  type="button"
                  class="link"
                  aria-label={`look at instance ${instance}`}
                  onClick={() => followInstance(BigInt(instance))}
                >
                  {instance}
                </button>
              </td>
              <td>
                {Object.entries(decided).map(([learner, value]) => `${learner}: ${value}`)
                  .join(", ") || "not yet"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
