/**
 * Faults of our own end the process, at once and with nothing half done.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Configuration } from "../../lib/config/configuration.ts";
import type { AcceptorClient } from "../../lib/net/client.ts";
import { LinkError } from "../../lib/net/errors.ts";
import { Faults, guardedClock } from "../../lib/process/faults.ts";
import { type RunningProcess, startAcceptor } from "../../lib/process/process.ts";
import { type Journal, JournalError } from "../../lib/store/journal.ts";
import { OperatorError } from "../../lib/wire/operator_error.ts";
import { FakeClock } from "../node/fake_clock.ts";
import { callSolo, FaultyJournal, makeSolo } from "./solo.ts";

interface Stage {
  readonly configurations: readonly Configuration[];
  readonly running: RunningProcess;
  readonly faulty: FaultyJournal;
  readonly errors: string[];
}

/** Runs an acceptor, and stops it. */
async function withAcceptor(
  use: (stage: Stage) => Promise<void>,
  fault?: () => Error,
): Promise<void> {
  const configurations = await makeSolo();
  const faulty = new FaultyJournal(fault);
  const errors: string[] = [];
  const running = await startAcceptor({
    configuration: configurations[0]!,
    log: (level, message, fields) => {
      if (level === "error") errors.push(`${message}\n${fields?.stack}`);
    },
    agent: "test",
    journal: faulty.journal,
  });
  try {
    await use({ configurations, running, faulty, errors });
  } finally {
    await running.stop();
  }
  assertEquals(faulty.closed, 1);
}

const VALUE = new TextEncoder().encode("x");

async function firstOf<T>(answers: AsyncIterable<T>): Promise<T | undefined> {
  for await (const answer of answers) return answer;
}

const CALLS: readonly [
  name: string,
  fails: keyof Journal,
  call: (client: AcceptorClient, signal: AbortSignal) => Promise<unknown>,
][] = [
  ["GetStatus", "evidence", (client, signal) => client.getStatus({}, signal)],
  [
    "WatchDecisions",
    "decisionsOf",
    (client, signal) => firstOf(client.watchDecisions({ instances: [1n] }, signal)),
  ],
  [
    "Propose",
    "decisionsOf",
    (client, signal) =>
      client.propose({ instance: 9n, value: new TextEncoder().encode("y") }, signal),
  ],
];

for (const [name, fails, call] of CALLS) {
  Deno.test(`an exception in ${name} is told with its stack, and ends the process`, async () => {
    await withAcceptor(async ({ configurations, running, faulty, errors }) => {
      await callSolo(configurations, async (client, signal) => {
        // All is well so far, and there is a decision to tell.
        await client.propose({ instance: 1n, value: VALUE }, signal);
        faulty.fails = fails;
        await assertRejects(() => call(client, signal), LinkError);
        assertEquals(errors.length, 1);
        await assertRejects(() => running.failed, TypeError, "oops");
        assertStringIncludes(errors[0]!, "internal error, nothing more is signed or sent: oops\n");
        assertStringIncludes(errors[0]!, "service.ts");
        // Nobody is answered by a process that is not sound.
        faulty.fails = undefined;
        await assertRejects(() => client.getStatus({}, signal), LinkError, "the process ends");
      });
    });
  });
}

Deno.test("what a step has done before it failed is neither kept nor told", async () => {
  await withAcceptor(async ({ configurations, running, faulty }) => {
    await callSolo(configurations, async (client, signal) => {
      await client.propose({ instance: 1n, value: VALUE }, signal);
      const { kept } = faulty;
      running.node.observe({
        stepped: (instance, effects) => {
          const isHalfDone = instance === 2n && effects.some(({ kind }) => kind === "deliver");
          if (isHalfDone) throw new TypeError("oops");
        },
      });
      await assertRejects(() => client.propose({ instance: 2n, value: VALUE }, signal), LinkError);
      await running.stop();
      assertEquals(faulty.kept, kept);
      await assertRejects(() => running.failed, TypeError);
    });
  });
});

Deno.test("a disk that fails under a call is the operator's, and ends the process too", async () => {
  await withAcceptor(async ({ configurations, running, faulty, errors }) => {
    await callSolo(configurations, async (client, signal) => {
      faulty.fails = "evidence";
      await assertRejects(() => client.getStatus({}, signal), LinkError);
      const what = "data: damaged; nothing more is signed or sent";
      await assertRejects(() => running.failed, OperatorError, what);
      assertEquals(errors, []);
    });
  }, () => new JournalError("data: damaged"));
});

Deno.test("a caller that leaves, and one that is refused, are nobody's fault", async () => {
  await withAcceptor(async ({ configurations, errors }) => {
    await callSolo(configurations, async (client, signal) => {
      await assertRejects(() => client.propose({ instance: 1n }, signal), LinkError, "is empty");
      await client.propose({ instance: 1n, value: VALUE }, signal);
      assertEquals((await firstOf(client.watchDecisions({}, signal)))?.instance, 1n);
      // The watch has ended in the middle.
      assertEquals((await client.getStatus({}, signal)).name, "Alice");
    });
    assertEquals(errors, []);
  });
});

Deno.test("what a timer's callback throws has an owner", async () => {
  const clock = new FakeClock();
  const faults = new Faults(() => {});
  const order: string[] = [];
  faults.onHalt(() => order.push("halted"));
  guardedClock(clock, faults).after(5, () => {
    throw new TypeError("oops");
  });
  await clock.advance(5);
  assertEquals([faults.halted, order], [true, ["halted"]]);
  await assertRejects(() => faults.failed, TypeError, "oops");
});
