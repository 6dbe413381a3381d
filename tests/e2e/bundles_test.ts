/**
 * The single-file scripts that `deno task bundle` makes, away from this repository.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { PROGRAMS } from "../../scripts/programs.ts";
import { freePorts } from "../../cli/demo/child.ts";
import { listening } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { type Launcher, NODE_PERMISSIONS } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";

/** Makes the scripts and moves copies to a folder of the test's own. */
async function bundle(stage: Stage): Promise<Launcher> {
  const dist = `${ROOT}/dist`;
  const existed = await Deno.stat(dist).then(() => true, () => false);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${out}${err}`);
  console.log(out!.trimEnd());
  for (const { name } of PROGRAMS) {
    await Deno.copyFile(`${dist}/${name}.js`, `${stage.folder}/${name}.js`);
  }
  if (!existed) await Deno.remove(dist, { recursive: true });
  const alone = ["--no-config", "--no-remote", "--no-npm"];
  const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt", ...alone, ...NODE_PERMISSIONS];
  return (program) =>
    program === "config"
      ? [...deno, `${stage.folder}/hetpaxos.js`, program]
      : [...deno, `${stage.folder}/hetpaxos-${program}.js`];
}

Deno.test(e2e(import.meta.url, "a whole cluster runs from the bundled scripts", async (stage) => {
  const launcher = await bundle(stage);
  const prefix = `${stage.folder}/my`;
  const base = ["--base-port", String(freePorts(4)), "--host", "127.0.0.1"];
  await succeeds(
    stage.start("config", ["generate", "--clients", "1", ...base, prefix], { launcher }),
  );
  await succeeds(stage.start("config", ["check", `${prefix}_0_config.json`], { launcher }));
  const acceptors = [0, 1, 2, 3].map((i) =>
    stage.start("acceptor", ["--volatile", `${prefix}_${i}_config.json`], { launcher })
  );
  await Promise.all(acceptors.map(listening));
  const learner = stage.start("learner", ["--once", `${prefix}_client_0_config.json`], {
    launcher,
  });
  const proposer = stage.start("proposer", ["--value", "bundled", `${prefix}_0_config.json`], {
    launcher,
  });
  assertEquals(valuesOf(await succeeds(learner)), ["bundled"]);
  assertEquals(valuesOf(await succeeds(proposer)), ["bundled"]);
  for (const acceptor of acceptors) {
    assertEquals(valuesOf(await acceptor.decisions()), ["bundled"]);
    acceptor.kill("SIGTERM");
    assertEquals((await acceptor.ended).code, 0);
  }
}));
