/**
 * Seven acceptors, two of which may fail in any way: one is killed, one frozen.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { acceptorNames, planHomogeneous } from "../../lib/config/cluster_plan.ts";
import type { GetStatusResponse } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { Cluster } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import type { Program } from "./program.ts";
import { e2e } from "./stage.ts";

const NAMES = acceptorNames(7);
const [KILLED, FROZEN, ...REST] = NAMES as [string, string, ...string[]];

/** Who notices first, and where, says why: the link, the connection below it, or another attempt. */
const SILENCE = /^(silent for|closed by peer|does not answer pings|connection timed out)/;

/** An acceptor's status once it has lost the frozen one: each time it loses it, it is asked. */
async function whenLost(
  cluster: Cluster,
  name: string,
  acceptor: Program,
): Promise<GetStatusResponse> {
  for (let skip = 0;;) {
    const line = await acceptor.logged(`${FROZEN} disconnected`, skip);
    const status = await cluster.status(name);
    const lost = status.peers.some(({ name, connected }) => name === FROZEN && !connected);
    if (lost) return status;
    // That was one of two links with each other, and only the other was kept.
    skip = acceptor.err.all.indexOf(line) + 1;
  }
}

Deno.test(e2e(
  import.meta.url,
  "one of seven killed and one frozen: the rest decide, the frozen one catches up",
  async (stage, step) => {
    const settings = { network: { pingIntervalMs: 300, pingTimeoutMs: 700 } };
    const plan = planHomogeneous(NAMES, ["Eve"], { byzantine: 2, crash: 0 });
    const cluster = await Cluster.make(stage, { plan, clients: 1, settings });
    const acceptors = await cluster.acceptors();
    const rest = REST.map((name) => acceptors.get(name)!);
    const frozen = acceptors.get(FROZEN)!;
    // Links of all with all, so that it is these that are lost.
    await Promise.all([...rest, frozen].flatMap((acceptor) =>
      [KILLED, FROZEN]
        .filter((name) => acceptor !== acceptors.get(name))
        .map((name) => acceptor.logged(`${name} connected as acceptor`))
    ));

    await step("the rest decide", async () => {
      acceptors.get(KILLED)!.kill();
      frozen.kill("SIGSTOP");
      const proposer = cluster.run("proposer", "client_0", ["--value", "five of seven"]);
      const [decision] = await succeeds(proposer);
      assertEquals(decision!.value, "five of seven");
      assertEquals(decision!.signers, [...REST].sort());
    });

    let said: number[] = [];
    await step("they report both as disconnected", async () => {
      const statuses = await Promise.all(REST.map((name, i) => whenLost(cluster, name, rest[i]!)));
      for (const { name, peers } of statuses) {
        const lost = peers.filter(({ connected }) => !connected).map(({ name }) => name);
        assertEquals(lost.sort(), [FROZEN, KILLED].sort(), name);
        const why = new Map(peers.map(({ name, lastError }) => [name, lastError]));
        assertEquals(why.get(KILLED), "connection refused");
        assertMatch(why.get(FROZEN)!, SILENCE);
      }
      said = rest.map(({ err }) => err.all.length);
    });

    await step("thawed, it learns what was decided without it", async () => {
      frozen.kill("SIGCONT");
      assertEquals(valuesOf(await frozen.decisions()), ["five of seven"]);
      await Promise.all(
        rest.map((acceptor, i) => acceptor.logged(`${FROZEN} connected as acceptor`, said[i])),
      );
    });
  },
));
