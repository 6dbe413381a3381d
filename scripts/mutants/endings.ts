/**
 * Faults in how a process prints, starts, stops and fails.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";

const UNREAD = "tests/e2e/unread_output_test.ts";

/** In what readers of its output can do to a process. */
export const READERS: readonly Fault[] = [
  {
    name: "an acceptor ends when the reader of its output has gone",
    origin: "this program: a log collector's restart took all acceptors with it",
    edits: [{
      file: "cli/commands/acceptor.ts",
      from: 'stdout, "goes on")',
      to: 'stdout, "ends")',
    }],
    caughtBy: {
      path: UNREAD,
      test: "an acceptor whose reader has gone goes on, and says so",
    },
  },
  {
    name: "an acceptor sleeps in a write until somebody reads",
    origin: "this program: peers lost it, and no signal had an effect",
    edits: [{
      file: "cli/commands/streams.ts",
      from: 'return "write" in sink;',
      to: 'return "nobody waits" in sink;',
    }],
    caughtBy: {
      path: UNREAD,
      test: "an acceptor whose readers stand still stops on SIGTERM",
    },
  },
  {
    name: "decisions are left out when a reader stands still",
    origin: "easily done: a queue that is full drops whatever comes",
    edits: [{
      file: "cli/commands/acceptor.ts",
      from: "await streams.room();",
      to: "",
    }],
    caughtBy: {
      path: UNREAD,
      test: "an acceptor whose reader stands still goes on, and loses no decision",
    },
  },
  {
    name: "what waits for a trace's disk is not bounded",
    origin: "easily done: memory grows for as long as the disk stands still",
    edits: [{
      file: "lib/process/trace_file.ts",
      from: "if (this.#length >= WAITING_LENGTH_MAX)",
      to: "if (this.#length === Infinity)",
    }],
    caughtBy: {
      path: "tests/process/trace_file_test.ts",
      test: "what waits for a disk that stands still is bounded: there the trace ends",
    },
  },
];

/** In what a signal does. */
export const SIGNALS: readonly Fault[] = [
  {
    name: "signals are listened to once everything is read",
    origin: "this program: the first process of a container lost them while it started",
    edits: [{
      file: "cli/main.ts",
      from: "if (STOPPED.includes(",
      to: "if (STOPPED[3]?.includes(",
    }],
    caughtBy: {
      path: "tests/e2e/early_signals_test.ts",
      test: "a program that still reads its configuration ends with status 0 on SIGTERM",
    },
  },
  {
    name: "a start that fails is told to who has stopped the program",
    origin: "this program: SIGTERM while it started ended it with a mistake's status",
    edits: [{
      file: "cli/commands/shared.ts",
      from: "if (signal.aborted) return undefined;\n    throw error;",
      to: "throw error;",
    }],
    caughtBy: {
      path: "tests/e2e/early_signals_test.ts",
      test: "an acceptor that looks whether its address is free ends with status 0 on SIGTERM",
    },
  },
];

const FAULTS_TEST = "tests/process/faults_test.ts";
const START_TEST = "tests/process/start_test.ts";

/** In what becomes of faults, and of a start that fails. */
export const OWN_FAULTS: readonly Fault[] = [
  {
    name: "a fault in a call is answered, and the process goes on",
    origin: "this program: with a step that was half done, and nothing in the log",
    edits: [{
      file: "lib/process/faults.ts",
      from: "this.fault(error);\n    return",
      to: "return",
    }],
    caughtBy: {
      path: FAULTS_TEST,
      test: "an exception in GetStatus is told with its stack, and ends the process",
    },
  },
  {
    name: "what a step that failed has done is kept when the process stops",
    origin: "this program: the stop flushed it",
    edits: [{
      file: "lib/process/process.ts",
      from: "node.close();\n    peers.halt(faultWords(error));",
      to: "peers.halt(faultWords(error));",
    }],
    caughtBy: {
      path: FAULTS_TEST,
      test: "what a step has done before it failed is neither kept nor told",
    },
  },
  {
    name: "a start that fails leaves open what it has opened",
    origin: "this program: the port was in use, and the process still ran after 20 seconds",
    edits: [{
      file: "lib/process/process.ts",
      from: "await dismantle(options, parts);\n    throw error;",
      to: "throw error;",
    }],
    caughtBy: {
      path: START_TEST,
      test: "an acceptor whose port is in use leaves no timer, no journal and no trace open",
    },
  },
  {
    name: "a client is made in a loop that nobody awaits",
    origin: "this program: what it throws was nobody's",
    edits: [{
      file: "lib/process/peers.ts",
      from: "const client = this.#options.connect(acceptor);\n      " +
        "this.#loops.push(this.#keepDialing(dialed, client)",
      to: "const making = Promise.resolve(acceptor).then(this.#options.connect);\n      " +
        "this.#loops.push(making.then((client) => this.#keepDialing(dialed, client))",
    }],
    caughtBy: {
      path: START_TEST,
      test: "an observer that may not dial says so at its start, not in a loop of its own",
    },
  },
  {
    name: "a promise is nobody's",
    origin: "this program, in several places: what it rejects with comes from nowhere",
    edits: [{
      file: "lib/process/peers.ts",
      from: "this.#loops.push(this.#keepDialing(dialed, client).catch(this.#onFault));",
      to: "this.#keepDialing(dialed, client);",
    }],
    caughtBy: {
      path: "tests/house/floating_test.ts",
      test: "every promise in lib and cli has an owner",
    },
  },
  {
    name: "a watch that is closed by whoever it tells goes on",
    origin: "this program: a timer was left after the stop",
    edits: [{
      file: "lib/process/isolation_watch.ts",
      from: "this.#schedule();\n      this.#look();",
      to: "this.#look();\n      this.#schedule();",
    }],
    caughtBy: {
      path: "tests/node/watches_test.ts",
      test: "a watch that is closed by whoever it tells leaves no timer",
    },
  },
  {
    name: "a status has every decision with its value",
    origin: "this program: after twenty decisions of 300 kB nobody could read it",
    edits: [{
      file: "lib/process/service.ts",
      from: "      STATUS_DECISION_BYTES_MAX,\n      0,",
      to: "      Infinity,",
    }],
    caughtBy: {
      path: "tests/process/answers_test.ts",
      test: "after twenty decisions of 300 kB a status is read by anybody",
    },
  },
  {
    name: "a status has all evidence there is",
    origin: "this program: what an equivocator adds is never taken away",
    edits: [{
      file: "lib/process/service.ts",
      from: "journal.evidence(Math.max(0, journal.evidenceCount - STATUS_CAUGHT_MAX))",
      to: "journal.evidence()",
    }],
    caughtBy: {
      path: "tests/process/answers_test.ts",
      test: "of ten thousand proofs a status has the newest, and how many there are",
    },
  },
  {
    name: "who answers with an error, or too much, is not there",
    origin: "this program: a second process of the acceptor ended with a stack trace",
    edits: [{
      file: "lib/process/self_check.ts",
      from: 'return hasProved || error.kind === "answered" || error.kind === "refused";',
      to: "return false;",
    }],
    caughtBy: {
      path: "tests/process/answers_test.ts",
      test: "whatever is answered at our own address with our own key, somebody is there",
    },
  },
];
