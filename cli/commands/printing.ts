/**
 * How decisions and messages are shown.
 *
 * @module
 */

import type { Disagreement } from "../../lib/core/learner.ts";
import { membersOf } from "../../lib/core/acceptor_set.ts";
import type { Entry } from "../../lib/core/dag.ts";
import type { Ballot } from "../../lib/core/types.ts";
import type { DecisionRecord } from "../../lib/node/decision_book.ts";
import type { Node } from "../../lib/node/node.ts";
import type { StarvationNews } from "../../lib/node/starvation_watch.ts";
import { printable } from "../../lib/wire/printable.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import type { JsonValue, Output, Span } from "../output.ts";

/**
 * Prints disagreements, and each message of the instances that `wants` chooses as it becomes known.
 *
 * @returns Whether learners that were to agree have disagreed so far.
 */
export function printObserved(
  output: Output,
  node: Node,
  wants: (instance: bigint) => boolean,
): { readonly disagreed: boolean } {
  const seen = { disagreed: false };
  node.observe({
    disagreement(instance, found) {
      if (found.entangled) seen.disagreed = true;
      printDisagreement(output, node, instance, found);
    },
    stepped(instance, effects) {
      if (!wants(instance)) return;
      for (const effect of effects) {
        if (effect.kind !== "deliver" && effect.kind !== "send") continue;
        printMessage(output, node, instance, effect.entry);
      }
    },
  });
  return seen;
}

/**
 * Prints a decision: learner, instance, ballot, value and hash, signers.
 *
 * @param proposed Whether it is the value that this program proposes, if it proposes one.
 */
export function printDecision(
  output: Output,
  decision: Omit<DecisionRecord, "proposal">,
  proposed?: boolean,
): void {
  const { learner, instance, ballot, value, signers } = decision;
  const isJson = output.format === "json";
  output.emit(
    {
      event: "decision",
      learner,
      instance,
      ballot: ballotJson(ballot),
      ...isJson ? valueJson(value) : {},
      valueHash: ballot.valueHash,
      signers: [...signers],
      proposed,
    },
    [
      { paint: "bold", text: learner },
      ` decided in instance ${instance}: `,
      { paint: "green", text: isJson ? "" : valueText(value) },
      ` (ballot ${ballotText(ballot)}, hash ${ballot.valueHash}, signed by ${signers.join(", ")})`,
      proposed === false ? { paint: "yellow", text: "; not the value proposed here" } : "",
    ],
  );
}

/** Prints that a learner is starved in an instance, for good or not, or not any more. */
export function printStarved(
  output: Output,
  instance: bigint,
  learner: string,
  news: StarvationNews,
): void {
  if (news === "freed") {
    return output.emit({ event: "freed", instance, learner }, [
      { paint: "yellow", text: `${learner} may decide in instance ${instance} after all` },
      ": an acceptor has been caught that its promise rested on",
    ]);
  }
  const forGood = news === "starved for good";
  output.emit({ event: "starved", instance, learner, forGood }, [
    { paint: "yellow", text: `${learner} is starved in instance ${instance}` },
    forGood
      ? ": whatever happens, it cannot decide there; other instances are not concerned"
      : ": it cannot decide there unless another acceptor is caught lying; other instances are " +
        "not concerned",
  ]);
}

/** Shouts about two decisions that differ, with the evidence. */
export function printDisagreement(
  output: Output,
  node: Node,
  instance: bigint,
  disagreement: Disagreement,
): void {
  const { first, second, entangled } = disagreement;
  const { learners, acceptors } = node.context.graph.spec;
  const sides = [first, second].map(({ learner, ballot }) => ({
    learner: learners[learner]!,
    ballot: ballotJson(ballot),
    ...valueJson(node.ledger.value(ballot.valueHash)),
    valueHash: ballot.valueHash,
  }));
  const caught = membersOf(disagreement.caught).map((index) => acceptors[index]!);
  const evidence = node.ledger.journal.evidence()
    .filter((record) => record.instance === instance)
    .map(({ acceptor, first, second }) => ({ acceptor, first, second }));
  const who = first.learner === second.learner
    ? `${sides[0]!.learner} with itself`
    : `${sides[0]!.learner} and ${sides[1]!.learner}`;
  const why = caught.length === 0
    ? "nobody has been caught equivocating"
    : `caught equivocating: ${
      evidence.map(({ acceptor, first, second }) => `${acceptor} by ${first} and ${second}`)
        .join("; ") || caught.join(", ")
    }`;
  const demanded = entangled
    ? "they were to agree"
    : "no safe set that includes none of the caught demands that they agree";
  output.emit(
    { event: "disagreement", instance, decisions: sides, entangled, caught, evidence },
    [
      { paint: "red", text: `DISAGREEMENT in instance ${instance}: ${who}` },
      ` decided ${first.ballot.valueHash} and ${second.ballot.valueHash}; ${demanded}; ${why}`,
    ],
  );
}

/** Prints a message as it becomes known. */
export function printMessage(output: Output, node: Node, instance: bigint, entry: Entry): void {
  const { message, facts } = entry;
  const { acceptors, learners } = node.context.graph.spec;
  const common = { instance, id: message.id, ballot: ballotJson(facts.ballot) };
  if (message.kind === "1a") {
    const value = node.ledger.value(facts.ballot.valueHash);
    output.emit({ event: "1a", ...common, ...valueJson(value) }, [
      { paint: "cyan", text: "1a" },
      ` ballot ${ballotText(facts.ballot)} of instance ${instance} offers ${valueText(value)}`,
    ]);
    return;
  }
  const from = acceptors[message.signer]!;
  const served = facts.kind === "2a" ? membersOf(facts.learners2a) : membersOf(facts.fresh);
  const names = served.map((index) => learners[index]!);
  output.emit({ event: facts.kind, ...common, from, learners: names }, [
    { paint: "cyan", text: facts.kind },
    ` ballot ${ballotText(facts.ballot)} of instance ${instance} by ${from}`,
    names.length === 0 ? "" : ` for ${names.join(", ")}`,
  ] as Span[]);
}

/** A ballot's time with the beginning of its value hash, as people tell ballots apart. */
export function ballotText(ballot: Ballot): string {
  return `${timeText(ballot)}/${ballot.valueHash.slice(0, 8)}`;
}

function ballotJson(ballot: Ballot): JsonValue {
  return { time: timeText(ballot), valueHash: ballot.valueHash };
}

/** RFC 3339 with nine digits of a second. */
function timeText({ seconds, nanos }: Ballot): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
}

/** A value as `value` if it is text, else as `valueHex`; nothing if it is not known. */
export function valueJson(value: Uint8Array | undefined): Record<string, JsonValue> {
  if (value === undefined) return {};
  const shown = printable(value);
  return "text" in shown ? { value: shown.text } : { valueHex: shown.hex };
}
