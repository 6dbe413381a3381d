/**
 * Faults of programs that ask: what they believe, and whom they pass over.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

/** In the client of the library. */
export const CLIENTS: readonly Fault[] = [
  {
    name: "a client believes one acceptor",
    origin: "what clients of other systems do, and hetpaxos' own first one",
    edits: [
      edit(
        "core/hearsay.ts",
        "return reporters !== 0n && quorums[learner]!.satisfiedBy(reporters);",
        "return reporters !== 0n || quorums[learner]!.satisfiedBy(reporters);",
      ),
    ],
    caughtBy: {
      path: "tests/client/lying_test.ts",
      test: "one acceptor that answers another value is not believed",
    },
  },
  {
    name: "a client believes a value that hashes to something else",
    origin: "a check that nothing honest ever needs",
    edits: [
      edit(
        "client/survey.ts",
        "(value !== undefined && hashValue(value) !== claimed)",
        "(value !== undefined && hashValue(value).length === 0)",
      ),
    ],
    caughtBy: {
      path: "tests/client/lying_test.ts",
      test: "a value that does not hash to what is said counts for nothing",
    },
  },
  {
    name: "a client listens to whoever reports without end",
    origin: "a bound that nothing honest ever meets",
    edits: [
      edit(
        "client/survey.ts",
        "> REPORTS_PER_QUESTION_MAX * this.#questions.size) return false;",
        "< 0 * this.#questions.size) return false;",
      ),
    ],
    caughtBy: {
      path: "tests/client/lying_test.ts",
      test: "who reports without end is not listened to any more",
    },
  },
  {
    name: "a client asks one acceptor to propose, for ever",
    origin: "what clients of other systems do",
    edits: [
      edit(
        "client/calls.ts",
        "await Promise.race([call, scope.pause(this.#options.patienceMs)]);",
        "await call;",
      ),
    ],
    caughtBy: {
      path: "tests/client/client_test.ts",
      test: "one acceptor that is dead or silent is passed over",
    },
  },
  {
    name: "a call of a client keeps its timer",
    origin: "a signal of the platform's, which has a timer that nobody stops",
    edits: [
      edit("client/scope.ts", "this.#leave.push(() => clearTimeout(timer));", "timer;"),
    ],
    caughtBy: {
      path: "tests/client/client_test.ts",
      test: "what is proposed is decided, and whose it is is told",
    },
  },
];
