/**
 * Processes of a user that has no home and that the system does not know, as in a container that is
 * run under a number.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { bundle } from "./bundle.ts";
import { listening } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

const UID = 12_345;

function ignored(): string | undefined {
  if (Deno.build.os !== "linux") return "users are numbers on Linux only";
  return Deno.uid() === 0 ? missing("setpriv") : "only root can become another user";
}

/** Deno as that user, with nothing in the environment but this. */
async function strange(stage: Stage, ...environment: string[]): Promise<string[]> {
  const deno = `${stage.folder}/deno`;
  // Wherever it is, perhaps only its owner gets there.
  await Deno.copyFile(Deno.execPath(), deno);
  await Deno.chmod(deno, 0o755);
  await Deno.chown(stage.folder, UID, UID);
  const become = ["setpriv", "--reuid", `${UID}`, "--regid", `${UID}`, "--clear-groups"];
  return [...become, "env", "-i", "PATH=/usr/bin:/bin", ...environment, deno];
}

Deno.test(e2e(
  import.meta.url,
  "a cluster of a user without a home or a name decides",
  async (stage) => {
    const cache = `DENO_DIR=${stage.folder}/cache`;
    const launcher = await bundle(stage, await strange(stage, cache, "NO_COLOR=1"));
    const prefix = `${stage.folder}/my`;
    const base = ["--base-port", String(freePorts(4)), "--host", "127.0.0.1"];
    await succeeds(
      stage.start("config", ["generate", "--clients", "1", ...base, prefix], { launcher }),
    );
    const acceptors = [0, 1, 2, 3].map((i) =>
      stage.start("acceptor", ["--data-dir", `${prefix}_${i}_data`, `${prefix}_${i}_config.json`], {
        launcher,
      })
    );
    await Promise.all(acceptors.map(listening));
    const client = `${prefix}_client_0_config.json`;
    const learner = stage.start("learner", ["--once", client], { launcher });
    const proposer = stage.start("proposer", ["--value", "homeless", client], { launcher });
    assertEquals(valuesOf(await succeeds(learner)), ["homeless"]);
    assertEquals(valuesOf(await succeeds(proposer)), ["homeless"]);
    for (const acceptor of acceptors) acceptor.kill("SIGTERM");
    for (const acceptor of acceptors) await succeeds(acceptor);
  },
  ignored(),
));

Deno.test(e2e(
  import.meta.url,
  "Deno says itself what to set for a user without a home",
  async (stage) => {
    const launcher = await bundle(stage, await strange(stage, "NO_COLOR=1"));
    const { code, err } = await stage.start("acceptor", ["--version"], { launcher }).ended;
    assertEquals(code, 1);
    assertStringIncludes(err, "DENO_DIR environment variable is set");
    assertEquals(err.trimEnd().split("\n").length, 1, err);
  },
  ignored(),
));
