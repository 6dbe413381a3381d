/**
 * Faults in the log: order, certificates, forgetting, appending.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const SEEDS = {
  path: "tests/log/sim_test.ts",
  test: "log: worlds in which some rule was found wrong once",
};

const unit = (test: string) => ({ path: "tests/log/log_test.ts", test });

const CERTIFICATES = unit("certificates: each way to make a wrong one has its answer");
const FLOOR = unit(
  "floor: with certificates for all learners; nothing is signed below it, also after a restart",
);
const SNAPSHOTS = unit("snapshots: each way to make a wrong one has its answer");
const WINDOW = unit(
  "window: the fastest learner opens it, the slowest one's instances stay, the floor ends it",
);

/** In what is stated and believed of the log. */
const STATEMENTS: readonly Fault[] = [
  {
    name: "an acceptor sends a statement before it is durable",
    origin: "the order of effects: after a stop it could state something else",
    edits: [
      edit(
        "log/stating.ts",
        '    effects.push({ kind: "keep", record: { kind: "checkpoint", signed } });\n',
        "",
      ),
    ],
    caughtBy: SEEDS,
  },
  {
    name: "an acceptor states what only a certificate has told it",
    origin: "easy to get wrong: what a snapshot brings looks like any other prefix",
    edits: [
      edit("log/stating.ts", "position > floor && position > base", "position > 0"),
      edit("log/stating.ts", " || position <= base) return [];", ") return [];"),
    ],
    caughtBy: SEEDS,
  },
  {
    name: "a certificate is checked by another learner's quorum",
    origin: "easy to get wrong with learners who trust differently",
    edits: [
      edit(
        "log/certificate.ts",
        "graph.quorums[learner]!.satisfiedBy(setOf(signers))",
        "graph.quorums[0]!.satisfiedBy(setOf(signers))",
      ),
    ],
    caughtBy: CERTIFICATES,
  },
  {
    name: "a certificate is made by another learner's quorum",
    origin: "the same on the side that forgets",
    edits: [
      edit(
        "log/statement_book.ts",
        "graph.quorums[learner]!.satisfiedBy(signers)",
        "graph.quorums[0]!.satisfiedBy(signers)",
      ),
    ],
    caughtBy: FLOOR,
  },
  {
    name: "the chain does not cover positions",
    origin: "a clause left out",
    edits: [edit("log/chain.ts", "    .u64(BigInt(position))\n", "")],
    caughtBy: unit("chain: it depends on learner, position, order and outcome"),
  },
  {
    name: "a statement does not cover its position",
    origin: "a clause left out: a liar moves an honest statement",
    edits: [
      edit(
        "log/statement.ts",
        "    .u64(BigInt(position))\n    .u32(signer)\n    .u32(heads.length);",
        "    .u32(signer)\n    .u32(heads.length);",
      ),
    ],
    caughtBy: unit("certificates: a statement moved to another position is nobody's"),
  },
];

/** In what is open, closed, settled, forgotten. */
const INSTANCES: readonly Fault[] = [
  {
    name: "an instance is closed as if all who close it were honest",
    origin: "this protocol before: a liar shows its 2a afterwards, and the learner decides",
    edits: [
      edit(
        "log/closing.ts",
        "const others = membersOf(fullSet(graph.acceptorCount) & ~certain);",
        "const others = membersOf(certain & 0n);",
      ),
    ],
    caughtBy: SEEDS,
  },
  {
    name: "an instance is settled when one learner has an outcome",
    origin: "easy to get wrong: what is decided is decided",
    edits: [
      edit(
        "log/log.ts",
        "learners.every((log, a) => log.has(instance)",
        "learners.some((log, a) => log.has(instance)",
      ),
    ],
    caughtBy: SEEDS,
  },
  {
    name: "the window begins at the fastest learner's prefix",
    origin: "easy to get wrong: a learner that lags is shut out",
    edits: [
      edit(
        "log/window.ts",
        "return instance >= floor &&",
        "return instance >= Math.max(floor, ...prefixes) &&",
      ),
    ],
    caughtBy: WINDOW,
  },
  {
    name: "the window has no end but the fastest learner's",
    origin: "this protocol before: liars with a quorum of their own fill every disk",
    edits: [
      edit(
        "log/window.ts",
        "Math.min(Math.max(...prefixes) + windowMax, floor + spreadMax)",
        "Math.max(...prefixes) + windowMax",
      ),
    ],
    caughtBy: WINDOW,
  },
  {
    name: "a closing is not durable",
    origin:
      "the order of effects: after a stop its signer votes where it has said that it does not",
    edits: [
      edit(
        "log/log.ts",
        '  effects.push({ kind: "keep", record: { kind: "closing", signed } });\n',
        "",
      ),
    ],
    caughtBy: SEEDS,
  },
  {
    name: "the floor is not durable",
    origin:
      "the order of effects: after a stop an acceptor signs where it has forgotten what it said",
    edits: [
      edit(
        "log/forgetting.ts",
        '    effects.push({ kind: "keep", record: { kind: "floor", position, certificates } });\n',
        "",
      ),
    ],
    caughtBy: FLOOR,
  },
  {
    name: "an acceptor signs below its floor",
    origin: "a clause left out",
    edits: [edit("log/window.ts", "return instance >= floor &&", "return instance >= 0 &&")],
    caughtBy: SEEDS,
  },
  {
    name: "one learner's certificate is enough to forget",
    origin: "easy to get wrong with several learners",
    edits: [
      edit("log/forgetting.ts", "certificates.some((found, a)", "certificates.every((found, a)"),
    ],
    caughtBy: FLOOR,
  },
  {
    name: "forgetting takes a certificate that does not fit",
    origin: "this protocol before: liars certify a chain of which nobody has the outcomes",
    edits: [
      edit(
        "log/forgetting.ts",
        "return own === undefined ? undefined : book.certificate(learner, position, own);",
        "return [...(own === undefined ? [] : [own]), ...book.heads(learner, position)]\n" +
          "    .flatMap((head) => book.certificate(learner, position, head) ?? [])[0];",
      ),
    ],
    caughtBy: unit("floor: a certificate of what was not seen moves none"),
  },
];

/** In starting from a snapshot, and in appending. */
const OTHERS: readonly Fault[] = [
  {
    name: "who starts from a snapshot knows no repetitions",
    origin: "this protocol before: certificates did not cover the sessions",
    edits: [
      edit(
        "log/catching_up.ts",
        "Sessions.decode(sessions, log.clientsMax)!",
        "new Sessions(log.clientsMax)",
      ),
    ],
    caughtBy: unit(
      "snapshots: who comes with nothing goes on from one, silent below, and knows repetitions",
    ),
  },
  {
    name: "the sessions of a snapshot are believed",
    origin: "a clause left out",
    edits: [
      edit(
        "log/snapshot.ts",
        '  if (context.hash(sessions) !== certificate.sessions) return "SESSIONS";\n',
        "",
      ),
    ],
    caughtBy: SNAPSHOTS,
  },
  {
    name: "the entries of a snapshot are believed",
    origin: "a clause left out",
    edits: [
      edit(
        "log/snapshot.ts",
        'if (chainOver(context, head, from, outcomes) !== certificate.chain) return "CHAIN";',
        "void outcomes;",
      ),
    ],
    caughtBy: SNAPSHOTS,
  },
  {
    name: "a coordinator that censors is never suspected",
    origin: "a leader that answers and does nothing, as in many programs",
    edits: [
      edit(
        "log/coordinator.ts",
        "if (pending.from !== undefined || nowMs",
        "if (nowMs >= 0 || pending.from !== undefined || nowMs",
      ),
    ],
    caughtBy: SEEDS,
  },
];

/** All of them. */
export const LOGS: readonly Fault[] = [...STATEMENTS, ...INSTANCES, ...OTHERS];
