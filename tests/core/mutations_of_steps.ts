/**
 * Deliberate mistakes in what acceptors and learners do.
 *
 * @module
 */

import { type Mutation, mutation } from "./mutation.ts";

/** Each of them changes what is sent or decided. */
export const STEPS: readonly Mutation[] = [
  mutation(
    "Decision: the message that completes the quorum does not count",
    "learner.ts",
    "satisfiedBy(signers)",
    "satisfiedBy(signers & ~signer)",
  ),
  mutation(
    "Decision: 2as of different ballots count together",
    "learner.ts",
    "state.votes.get(proposal)",
    "state.votes.values().next().value",
  ),
  mutation(
    "acceptor: the own last message is not referred to",
    "acceptor.ts",
    "if (prev !== undefined) ids.add(prev.message.id);",
    "if (prev !== undefined) ids.delete(prev.message.id);",
  ),
  {
    mistake: "acceptor: a stale 1a stays recent",
    edits: [
      {
        file: "instance.ts",
        from: "return signAll(run, acceptor, answer1a(graph, acceptor, entry, identify));",
        to: "const sent = signAll(run, acceptor, answer1a(graph, acceptor, entry, identify)); " +
          "if (sent.length === 0) { include(acceptor.past, entry); " +
          "acceptor.recent = [...acceptor.recent, entry]; } return sent;",
      },
      {
        file: "acceptor.ts",
        from: "return x.facts.tips[signer]!.some(",
        to: "return x.facts.tips[signer] !== undefined && x.facts.tips[signer].some(",
      },
    ],
  },
  mutation(
    "acceptor: what came before the own last message stays recent",
    "acceptor.ts",
    "state.recent = [own];",
    "state.recent = [...state.recent, own];",
  ),
  mutation(
    "refs: what is in another's past is referred to as well",
    "acceptor.ts",
    "state.recent.filter((known) => !isInPast(entry, known))",
    "state.recent",
  ),
  mutation(
    "refs: the own last message is left out if it is in another's past",
    "acceptor.ts",
    "if (prev !== undefined) ids.add(prev.message.id);\n",
    "",
  ),
  mutation(
    "refs: only the latest of each signer, so that one branch of an equivocator is left out",
    "acceptor.ts",
    "!isInPast(entry, known));",
    "!isInPast(entry, known) && (known.message as AcceptorMessage).signer !== signer);",
  ),
  mutation(
    "inbox: one ref that has come is enough",
    "inbox.ts",
    "    if (waiting.missing.size > 0) continue;\n",
    "",
  ),
];
