/**
 * Histories as text, for the report of a failure.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import type { SetRule } from "../../lib/core/quorum.ts";
import type { Message, MessageId } from "../../lib/core/types.ts";

/** The messages by short names, one a line, refs by name. */
export function describeMessages(spec: LearnerGraphSpec, messages: readonly Message[]): string {
  const names = new Map<MessageId, string>();
  const nameOf = (id: MessageId) => names.get(id) ?? id.slice(0, 8);
  return messages.map((message, index) => {
    const id = message.id.slice(0, 8);
    if (message.kind === "1a") {
      const { seconds, nanos, valueHash } = message.ballot;
      names.set(message.id, `p${index}`);
      return `p${index} (${id}) = 1a at ${seconds}.${nanos} value ${valueHash.slice(0, 6)}`;
    }
    const signer = spec.acceptors[message.signer] ?? String(message.signer);
    const refs = message.refs.map(nameOf).join(" ");
    const prev = message.prev === undefined ? "none" : nameOf(message.prev);
    names.set(message.id, `${signer}${index}`);
    return `${signer}${index} (${id}) = prev ${prev} refs [${refs}]`;
  }).join("\n");
}

/** A learner graph by names. */
export function describeGraph(spec: LearnerGraphSpec): string {
  const lines = spec.learners.map((learner, index) =>
    `${learner}: quorums ${describeRule(spec, spec.quorums[index]!)}`
  );
  for (const { a, b, safe } of spec.safety) {
    lines.push(`${spec.learners[a]} - ${spec.learners[b]}: safe ${describeRule(spec, safe)}`);
  }
  return [`burial ${spec.burial}`, ...lines].join("\n");
}

function describeRule(spec: LearnerGraphSpec, rule: SetRule): string {
  if (rule.kind === "acceptor") return spec.acceptors[rule.index] ?? String(rule.index);
  return `${rule.threshold} of (${rule.of.map((part) => describeRule(spec, part)).join(", ")})`;
}
