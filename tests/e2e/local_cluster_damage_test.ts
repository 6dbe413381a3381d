/**
 * `hetpaxos cluster` when its files are damaged.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { assertOneLine } from "./expect.ts";
import {
  assertNothingLeft,
  eventsOf,
  LocalClusters,
  NEEDED,
  processesOf,
} from "./local_cluster.ts";
import { e2e } from "./stage.ts";

Deno.test(
  e2e(
    import.meta.url,
    "what is damaged of a cluster is said in one line, and its processes are not forgotten",
    (stage) =>
      LocalClusters.use(stage, async (clusters) => {
        const up = await clusters.run(EXIT.ok, "up", "hurt");
        const ports = eventsOf(up, "ready").map(({ port }) => Number(port));
        const running = (await processesOf(clusters.folder)).length;
        for (
          const [file, content, words] of [
            ["acceptor_0.pid", "rubbish\n", "is damaged, so nobody knows whether its process runs"],
            ["acceptor_0.pid", "", "is damaged, so nobody knows whether its process runs"],
            ["acceptor_0.pid", undefined, "cannot be read: it is a directory; name a file"],
            ["acceptor_1.exit", "\0\0", "is damaged, so nobody knows whether its process runs"],
            ["cluster.json", "{", "is damaged, or of another version"],
            ["cluster.json", "null", "is damaged, or of another version"],
          ] as const
        ) {
          const path = `${clusters.folder}/hurt/${file}`;
          const whole = await Deno.readTextFile(path).catch(() => undefined);
          if (whole !== undefined) await Deno.remove(path);
          await (content === undefined ? Deno.mkdir(path) : Deno.writeTextFile(path, content));
          const refused = await clusters.start("down", "hurt").ended;
          assertOneLine(refused, EXIT.resource, new RegExp(`hurt/${file}: ${words}`));
          const [listed] = eventsOf(await clusters.run(EXIT.ok, "list"), "cluster");
          assertEquals([listed?.complete, String(listed?.error).includes(words)], [false, true]);
          assertEquals((await processesOf(clusters.folder)).length, running);
          await Deno.remove(path);
          if (whole !== undefined) await Deno.writeTextFile(path, whole);
        }
        await clusters.run(EXIT.ok, "down", "hurt");
        await assertNothingLeft(clusters, "hurt", ports);
      }),
    NEEDED,
  ),
);
