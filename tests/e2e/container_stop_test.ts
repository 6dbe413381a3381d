/**
 * A container that is stopped while it starts: SIGTERM to its first process, whenever it comes.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { Container, firstWithChild, noContainers } from "./container.ts";
import { generate, Image, readCompose, scriptsForAll } from "./image.ts";
import { e2e } from "./stage.ts";

/** How long after the program's process is there the signal comes, in milliseconds. */
const AFTER_MS = [0, 30, 60, 90, 120, 150, 200, 250, 300];

/** How long it may take to end: far less than an engine waits before it kills. */
const STOP_MS_MAX = 5_000;

Deno.test(e2e(
  import.meta.url,
  "a container that is stopped while it starts ends at once, with status 0",
  async (stage) => {
    const scripts = await scriptsForAll(stage);
    const prefix = await generate(stage);
    const image = await Image.read();
    const { eve } = (await readCompose()).services;
    const lines = [
      { name: "acceptor", line: [...image.words("ENTRYPOINT"), ...image.words("CMD")] },
      { name: "learner", line: [...eve!.entrypoint!, ...eve!.command!] },
    ] as const;
    for (const { name, line } of lines) {
      const config = `${prefix}_${name === "learner" ? "client_" : ""}0_config.json`;
      const container = await Container.make(`${stage.folder}/${name}`, scripts, config);
      for (const afterMs of AFTER_MS) {
        const program = stage.start(name, [], { launcher: () => container.command(line) });
        const first = await firstWithChild(program);
        // Nothing is waited for: the moment is what is tried.
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        const startMs = performance.now();
        Deno.kill(first, "SIGTERM");
        const { code, err } = await program.ended;
        assertEquals(code, EXIT.ok, `${name}, after ${afterMs} ms: ${err}`);
        assertLessOrEqual(performance.now() - startMs, STOP_MS_MAX, `${name}, ${afterMs} ms`);
      }
    }
  },
  noContainers(),
));
