/**
 * `hetpaxos cluster` when something is wrong: with the machine, with a port, with the order given.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import {
  assertNothingLeft,
  eventsOf,
  LocalClusters,
  NEEDED,
  processesOf,
  propose,
} from "./local_cluster.ts";
import { type Ended, FROM_SOURCES } from "./program.ts";
import { noTerminal, onTerminal } from "./terminal/terminal.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { e2e } from "./stage.ts";

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

Deno.test(
  e2e(
    import.meta.url,
    "a cluster comes back after the machine was restarted",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const up = await clusters.run(EXIT.ok, "up", "late", "--acceptors", "Ann,Ben,Cid,Dan");
        const ports = eventsOf(up, "ready").map(({ port }) => Number(port));
        const file = await clusters.config("late");
        await propose(stage, file, 0, "before");
        await powerCut(clusters.folder);
        const bystander = new Deno.Command("sleep", { args: ["600"] }).spawn();
        try {
          // Ann's number belongs to somebody else now.
          const record = `${clusters.folder}/late/acceptor_0.pid`;
          const [, identity] = /^\d+ (.*)$/m.exec(await Deno.readTextFile(record))!;
          await Deno.writeTextFile(record, `${bystander.pid} ${identity}\n`);
          const states = eventsOf(await clusters.run(EXIT.timeout, "status", "late"), "member");
          assertEquals(
            states.map(({ state }) => state),
            ["gone", "gone", "gone", "gone"],
          );
          const refused = await clusters.start("kill", "late", "Ann").ended;
          assertOneLine(
            refused,
            EXIT.clusterState,
            /Ann is gone, and nobody saw how it ended already/,
          );

          await clusters.run(EXIT.ok, "restart", "late");
          const learner = stage.start("learner", ["--once", "--timeout", "60s", file]);
          assertEquals(valuesOf(await succeeds(learner)), ["before"]);

          await powerCut(clusters.folder);
          await Deno.writeTextFile(record, `${bystander.pid} ${identity}\n`);
          await clusters.run(EXIT.ok, "down", "late");
          await assertNothingLeft(clusters, "late", ports);
        } finally {
          // Throws if it was ended by anybody else.
          bystander.kill("SIGTERM");
          assertEquals((await bystander.status).signal, "SIGTERM");
        }
      }),
    NEEDED,
  ),
);

/** Ends everything at once, and nobody writes anything down. */
async function powerCut(folder: string): Promise<void> {
  // Shells first, so that none lives to see its child end.
  const rows = (await processesOf(folder)).sort((a, b) => a.pid - b.pid);
  const shells = rows.filter(({ command }) => command.startsWith("/bin/sh "));
  for (const { pid } of [...shells, ...rows.filter((row) => !shells.includes(row))]) {
    Deno.kill(pid, "SIGKILL");
  }
  while ((await processesOf(folder)).length > 0);
}

Deno.test(
  e2e(
    import.meta.url,
    "up leaves nothing when it fails",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const ports = range(freePorts(4), 4);
        const base = ["--base-port", String(ports[0])];
        const taken = Deno.listen({ hostname: "127.0.0.1", port: ports[2]! });
        assertOneLine(
          await clusters.start("up", ...base).ended,
          EXIT.resource,
          new RegExp(`127\\.0\\.0\\.1:${ports[2]}: the address is in use`),
        );
        taken.close();
        await assertNothingLeft(clusters, "default", ports);

        assertOneLine(
          { ...await clusters.start("up", ...base, "--timeout", "1ms").ended, out: "" },
          EXIT.timeout,
          /not ready in time: Alice/,
        );
        await assertNothingLeft(clusters, "default", ports);

        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
          const interrupted = clusters.start("up", ...base);
          await clusters.appears("default/acceptor_0.pid");
          interrupted.kill(signal);
          const ended: Ended = { ...await interrupted.ended, out: "" };
          assertOneLine(
            ended,
            EXIT.clusterState,
            /interrupted while it was started; nothing is left/,
          );
          await assertNothingLeft(clusters, "default", ports);
        }

        // Nobody reads what it says: it is up all the same.
        const unheard = clusters.start("up", ...base);
        await unheard.stopReading();
        assertEquals((await unheard.ended).code, EXIT.ok);
        await clusters.run(EXIT.ok, "status");
        await clusters.run(EXIT.ok, "down");

        const cut = clusters.start("up", ...base);
        await clusters.appears("default/acceptor_0.pid");
        cut.kill("SIGKILL");
        await cut.ended;
        assertEquals((await clusters.start("up").ended).code, EXIT.clusterState);
        assertEquals((await clusters.run(EXIT.ok, "down"))[0]?.existed, true);
        await assertNothingLeft(clusters, "default", ports);
      }),
    NEEDED,
  ),
);

for (
  const [how, start, statuses] of [
    ["directly", FROM_SOURCES("cluster"), [EXIT.clusterState]],
    // The task runner may be faster, and answer with a status of its own.
    ["under deno task", [Deno.execPath(), "task", "--quiet", "cluster"], [EXIT.clusterState, 130]],
  ] as const
) {
  Deno.test(
    e2e(
      import.meta.url,
      `Ctrl-C while a cluster starts leaves nothing, ${how}`,
      (stage) =>
        LocalClusters.use(stage, async (clusters) => {
          const { status, shown } = await onTerminal({
            argv: [...start, "up"],
            cwd: ROOT,
            env: { HETPAXOS_STATE_DIR: clusters.folder },
            steps: [["expect", "starting 4 acceptors on"], ["send", "\x03"], ["end"]],
          });
          assert(
            statuses.some((expected) => expected === status),
            `status ${status}: ${shown}`,
          );
          while ((await processesOf(clusters.folder)).length > 0);
          // Waits for a command that is still cleaning up.
          await clusters.run(EXIT.ok, "down");
          await assertNothingLeft(clusters, "default", []);
        }),
      { ...NEEDED, ignore: NEEDED.ignore ?? noTerminal },
    ),
  );
}

Deno.test(
  e2e(
    import.meta.url,
    "a member that does not start says why",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        await clusters.run(EXIT.ok, "up");
        const file = await clusters.config("default", "Bob");
        const text = await Deno.readTextFile(file);
        await Deno.writeTextFile(file, text.replace('"learners"', '"lerners"'));
        assertOneLine(
          await clusters.start("restart", "default", "Bob").ended,
          EXIT.configuration,
          /Bob has ended with status 3: .*lerners/,
        );
        const bob = (await clusters.run(EXIT.timeout, "status"))
          .find(({ member }) => member === "Bob");
        assertEquals([bob?.state, bob?.exitStatus], ["ended", 3]);
        await Deno.writeTextFile(file, text);
        await clusters.run(EXIT.ok, "restart", "default", "Bob");
        // Its keeper is killed: it goes on, and can still be stopped.
        const shells = (await processesOf(file)).filter(({ command }) =>
          command.startsWith("/bin/sh")
        );
        assertEquals(shells.length, 1);
        Deno.kill(shells[0]!.pid, "SIGKILL");
        await clusters.run(EXIT.ok, "status");
        await clusters.run(EXIT.ok, "kill", "default", "Bob");
        const gone = (await clusters.run(EXIT.timeout, "status"))
          .find(({ member }) => member === "Bob");
        assertEquals(gone?.state, "gone");
        await clusters.run(EXIT.ok, "down");
        await assertNothingLeft(clusters, "default", []);
      }),
    NEEDED,
  ),
);

Deno.test(
  e2e(
    import.meta.url,
    "of many that start one cluster at once, one does",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const starts = range(0, 3).map(() => clusters.start("up", "same"));
        const codes = (await Promise.all(starts.map(({ ended }) => ended))).map(({ code }) => code);
        assertEquals(codes.sort((a, b) => a - b), [EXIT.ok, EXIT.clusterState, EXIT.clusterState]);
        await clusters.run(EXIT.ok, "status", "same");
        const downs = range(0, 2).map(() => clusters.start("down", "same"));
        const ends = await Promise.all(downs.map(({ ended }) => ended));
        // The second finds it gone, before or after it waited.
        for (const { code, err } of ends) assertEquals(code, EXIT.ok, err);
        await assertNothingLeft(clusters, "same", []);
      }),
    NEEDED,
  ),
);

Deno.test(
  e2e(
    import.meta.url,
    "mistakes with clusters are one line each",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        await Deno.mkdir(`${clusters.folder}/photos`, { recursive: true });
        await Deno.writeTextFile(`${clusters.folder}/photos/precious`, "mine");
        const mistakes: readonly (readonly [string, number, RegExp])[] = [
          ["up photos", EXIT.clusterState, /photos: is in the way: no cluster/],
          ["up ../photos", EXIT.usage, /NAME: "\.\.\/photos" is no name of a cluster/],
          ["up x --learner --acceptors learner,B,C,D", EXIT.usage, /--acceptors: learner is what/],
          ["up x --acceptors client_0,B,C,D", EXIT.usage, /"client_0" is the name of a client/],
          [
            "up x --acceptors 3 --byzantine 1",
            EXIT.usage,
            /3 acceptors cannot tolerate 1 Byzantine/,
          ],
          ["up x --base-port 65534", EXIT.usage, /would need port 65536/],
          ["kill none Dave", EXIT.clusterState, /cluster none: there is none/],
          ["restart none", EXIT.clusterState, /cluster none: there is none/],
          ["logs none", EXIT.clusterState, /cluster none: there is none/],
          ["config none", EXIT.clusterState, /cluster none: there is none/],
          ["kill none", EXIT.usage, /MEMBER: is missing/],
          ["list --state-dir /dev/null/x", EXIT.resource, /cannot be read/],
          ["up --state-dir /dev/null/x", EXIT.resource, /cannot be made/],
        ];
        for (const [args, status, pattern] of mistakes) {
          assertOneLine(await clusters.start(...args.split(" ")).ended, status, pattern);
        }
        // A folder that is no cluster is never touched.
        assertEquals((await clusters.run(EXIT.ok, "down", "photos"))[0]?.existed, false);
        assertEquals(await Deno.readTextFile(`${clusters.folder}/photos/precious`), "mine");

        const homeless = stage.start("cluster", ["up"], {
          env: { HOME: "", XDG_STATE_HOME: "", HETPAXOS_STATE_DIR: "" },
        });
        assertOneLine(await homeless.ended, EXIT.resource, /HOME is not set.*--state-dir DIR/);
      }),
    NEEDED,
  ),
);
