/**
 * `hetpaxos cluster`: real processes that stay up, fail, come back, and leave nothing behind.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import type { Line } from "./lines.ts";
import {
  assertNothingLeft,
  eventsOf,
  LocalClusters,
  NEEDED,
  processesOf,
  propose,
} from "./local_cluster.ts";
import { e2e } from "./stage.ts";

const ALL = ["Alice", "Bob", "Carol", "Dave"];

/** Lines from the last one of an event on. */
function fromLast(lines: readonly Line[], event: string): readonly Line[] {
  return lines.slice(lines.findLastIndex((line) => line.event === event));
}

Deno.test(
  e2e(
    import.meta.url,
    "a cluster stays up, loses a member and gets it back",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const up = await clusters.run(EXIT.ok, "up");
        assertEquals(
          eventsOf(up, "ready").map(({ member }) => String(member)).sort(),
          ALL,
        );
        const ports = eventsOf(up, "ready").map(({ port }) => Number(port));
        // Nothing of the command is left, and what it started does not share its group.
        const rows = await processesOf(clusters.folder);
        const own = new Set(rows.map(({ group }) => group));
        assertEquals(own.size, ALL.length, JSON.stringify(rows));
        assertEquals(own.has(Deno.pid), false);

        const file = await clusters.config("default", "client_0");
        await propose(stage, file, 0, "stay up");
        const again = await clusters.start("up").ended;
        assertOneLine(
          again,
          EXIT.clusterState,
          /cluster default: exists already, 4 of 4 processes up/,
        );
        assertEquals(eventsOf(await clusters.run(EXIT.ok, "status"), "cluster")[0]?.well, true);

        await clusters.run(EXIT.ok, "kill", "default", "Dave");
        const status = await clusters.run(EXIT.timeout, "status", "default");
        const dave = status.find(({ member }) => member === "Dave");
        assertEquals([dave?.state, dave?.signal, dave?.exitStatus], ["ended", "SIGKILL", 137]);
        const alice = status.find(({ member }) => member === "Alice");
        assertEquals([alice?.links, alice?.missing], [["Bob", "Carol"], ["Dave"]]);
        const killed = await clusters.start("kill", "default", "Dave").ended;
        assertOneLine(killed, EXIT.clusterState, /Dave was ended by SIGKILL already/);
        await propose(stage, file, 1, "three are enough");

        const back = await clusters.run(EXIT.ok, "restart", "default", "Dave");
        assertEquals(eventsOf(back, "ready").map(({ member }) => member), ["Dave"]);
        // It is waited for until it votes, as the next of a rolling restart must.
        const [, ...since] = fromLast(
          await clusters.run(EXIT.ok, "logs", "default", "Dave"),
          "started",
        );
        assertEquals(since.filter(({ adopted }) => typeof adopted === "number").length, 1);
        await clusters.run(EXIT.ok, "status");
        await clusters.run(EXIT.ok, "kill", "default", "Alice", "--signal", "TERM");
        // Without Alice a quorum needs Dave.
        await propose(stage, file, 2, "with Dave");

        const logs = await clusters.run(EXIT.ok, "logs", "default", "Dave", "--lines", "100000");
        assertEquals(eventsOf(logs, "listening").length, 2);
        assertEquals(new Set(logs.map(({ member }) => member)), new Set(["Dave"]));
        const [listed] = await clusters.run(EXIT.ok, "list");
        assertEquals([listed?.cluster, listed?.up, listed?.of], ["default", 3, 4]);

        const down = await clusters.run(EXIT.ok, "down");
        assertEquals([down[0]?.existed, down[0]?.killed], [true, []]);
        await assertNothingLeft(clusters, "default", ports);
        assertEquals((await clusters.run(EXIT.ok, "down"))[0]?.existed, false);
        const gone = await clusters.start("status").ended;
        assertOneLine(
          gone,
          EXIT.clusterState,
          /cluster default: there is none: .*cluster up default/,
        );
      }),
    NEEDED,
  ),
);

Deno.test(
  e2e(
    import.meta.url,
    "a learner process of a two-chain cluster has all decisions",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const up = await clusters.run(
          EXIT.ok,
          "up",
          "chains",
          "--preset",
          "two-chain",
          "--learner",
        );
        assertEquals(eventsOf(up, "ready").length, 9);
        const follower = clusters.start("logs", "chains", "learner", "--follow");
        const file = await clusters.config("chains");
        const proposer = stage.start("proposer", ["--value", "swap", "--timeout", "60s", file]);
        assertEquals(valuesOf(await succeeds(proposer)), ["swap", "swap"]);
        const decisions = await follower.decisions(2);
        assertEquals(
          decisions.map(({ learner }) => learner).sort(),
          ["Blue", "Red"],
        );
        const other = clusters.start("logs", "chains", "--follow", "--lines", "1");
        await other.line(({ member }) => member === "learner", "a line of each member");
        other.kill("SIGINT");
        assertEquals((await other.ended).code, EXIT.ok);
        await clusters.run(EXIT.ok, "down", "chains");
        assertEquals((await follower.ended).code, EXIT.ok);
        await assertNothingLeft(clusters, "chains", []);
      }),
    NEEDED,
  ),
);

Deno.test(
  e2e(
    import.meta.url,
    "a member that hangs is killed, and one can be frozen",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        await clusters.run(EXIT.ok, "up", "cold");
        await clusters.run(EXIT.ok, "kill", "cold", "Bob", "--signal", "STOP");
        const kept = await clusters.run(EXIT.ok, "down", "cold", "--keep", "--grace", "3s");
        assertEquals([kept[0]?.killed, kept[0]?.kept], [["Bob"], true]);
        const there = await clusters.start("up", "cold").ended;
        assertOneLine(there, EXIT.clusterState, /exists already, 0 of 4 processes up/);
        await clusters.run(EXIT.ok, "restart", "cold");
        await clusters.run(EXIT.ok, "status", "cold");
        await clusters.run(EXIT.ok, "down", "cold", "--grace", "0ms");
        await assertNothingLeft(clusters, "cold", []);
      }),
    NEEDED,
  ),
);

Deno.test(
  e2e(
    import.meta.url,
    "where clusters are kept, and what up says to people",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const env = { HETPAXOS_STATE_DIR: "", XDG_STATE_HOME: clusters.folder };
        const { code, out, err } = await stage.start("cluster", ["up", "said", "--text"], { env })
          .ended;
        assertEquals([code, err], [0, ""]);
        const folder = `${clusters.folder}/hetpaxos/said`;
        assertStringIncludes(out, "cluster said is up: agreement with 1 of 4 acceptors Byzantine");
        assertStringIncludes(
          out,
          `propose: deno task proposer --value hello ${folder}/client_0.json\n`,
        );
        assertMatch(out, /^Alice listens on 127\.0\.0\.1:\d+, connected to 3 acceptors$/m);
        assertStringIncludes(out, "stop:    deno task cluster down said\n");
        const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
        assertEquals([mode(folder), mode(`${folder}/acceptor_0.json`)], [0o700, 0o600]);
        const members = await processesOf(folder);
        assert(
          members.some(({ command }) => command.includes("--allow-net --allow-read --allow-write")),
        );
        assertEquals(
          members.filter(({ command }) => /--allow-(run|env)/.test(command)),
          [],
        );
        const down = stage.start("cluster", ["down", "said"], { env });
        assertEquals((await down.ended).code, 0);
      }),
    NEEDED,
  ),
);
