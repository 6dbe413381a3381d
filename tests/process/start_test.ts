/**
 * A start that fails leaves nothing behind, and says why.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Configuration } from "../../lib/config/configuration.ts";
import { startAcceptor, startObserver } from "../../lib/process/process.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { FakeClock } from "../node/fake_clock.ts";
import { FaultyJournal, makeSolo } from "./solo.ts";

function optionsFor(configuration: Configuration) {
  const faulty = new FaultyJournal();
  const clock = new FakeClock();
  const traced = { closed: 0, write: () => {}, close: () => void traced.closed++ };
  const left = () => ({ journal: faulty.closed, trace: traced.closed, timers: clock.pending });
  const { journal } = faulty;
  const options = { configuration, clock, journal, log: () => {}, agent: "test", trace: traced };
  return { options, left };
}

const NOTHING = { journal: 1, trace: 1, timers: 0 };

Deno.test("an acceptor whose port is in use leaves no timer, no journal and no trace open", async () => {
  const [alice] = await makeSolo();
  const { host: hostname, port } = alice!.self;
  const other = Deno.listen({ hostname, port });
  // Whoever is there hangs up at once.
  const served = (async () => {
    for await (const connection of other) connection.close();
  })();
  const { options, left } = optionsFor(alice!);
  const error = await assertRejects(() => startAcceptor(options), OperatorError, "port is in use");
  assertEquals([error.exitStatus, left()], [EXIT.resource, NOTHING]);
  other.close();
  await served;
});

Deno.test("neither does one whose key is a client's, or whom somebody runs already", async () => {
  const [alice, client] = await makeSolo();
  const wrong = optionsFor(client!);
  await assertRejects(() => startAcceptor(wrong.options), OperatorError, "not an acceptor");
  assertEquals(wrong.left(), NOTHING);
  const running = await startAcceptor({ configuration: alice!, log: () => {}, agent: "test" });
  const second = optionsFor(alice!);
  const error = await assertRejects(() => startAcceptor(second.options), OperatorError);
  assertEquals([error.exitStatus, second.left()], [EXIT.identityInUse, NOTHING]);
  await running.stop();
});

Deno.test("an observer that may not dial says so at its start, not in a loop of its own", async () => {
  const [, client] = await makeSolo();
  const acceptors = client!.acceptors.map((acceptor) => ({ ...acceptor, host: "192.0.2.1" }));
  const { options, left } = optionsFor({ ...client!, acceptors });
  const start = () => startObserver({ ...options, cleartext: true }, Role.LEARNER);
  const error = assertThrows(start, OperatorError, "loopback");
  // The journal is closed once nothing can need it.
  await options.clock.advance(1);
  assertEquals([error.exitStatus, left()], [EXIT.usage, NOTHING]);
});
