/**
 * The units of packaging/systemd: what systemd says of them, and their command lines run as it would
 * run them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { listening } from "./cluster.ts";
import { succeeds } from "./expect.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

const UNITS = `${ROOT}/packaging/systemd`;

/** Of ten: what `systemd-analyze security` may say at most. Without hardening it says 9.6. */
const EXPOSURE_MAX = 2;

const PROGRAMS = ["acceptor", "learner"] as const;

/** What a restart does not mend; a learner that saw learners disagree is not to forget it. */
const PREVENTED = { acceptor: "2 3 4 5", learner: "2 3 4 5 6" } as const;

async function settings(program: string, name: string): Promise<string[]> {
  const unit = await Deno.readTextFile(`${UNITS}/hetpaxos-${program}@.service`);
  return unit.split("\n").filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));
}

async function analyze(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", { args }).output();
  const words = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, words);
  return words;
}

Deno.test(e2e(import.meta.url, "systemd understands the units", async (stage) => {
  for (const program of PROGRAMS) {
    const unit = await Deno.readTextFile(`${UNITS}/hetpaxos-${program}@.service`);
    // The program is not installed here, and systemd asks for it.
    const path = `${stage.folder}/hetpaxos-${program}@.service`;
    await Deno.writeTextFile(path, unit.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
    const words = await analyze("verify", "--man=no", path);
    // It ends well in spite of a setting that it does not know.
    assertEquals(words.includes("Unknown"), false, words);
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(
      await analyze("security", "--offline=true", path),
    ) ?? [];
    assert(Number(exposure) <= EXPOSURE_MAX, exposure);
  }
}, { ignore: missing("systemd-analyze") }));

/** A cluster of one acceptor, whose files are where a unit's credentials would be. */
async function credentials(stage: Stage): Promise<string> {
  const at = ["--host", "127.0.0.1", "--port", String(freePorts(1))];
  const folder = `${stage.folder}/credentials`;
  await Deno.mkdir(folder);
  await succeeds(stage.start("key", ["new", "Alice", ...at, "--out", folder]));
  const join = ["join", `${folder}/Alice.card.json`, "--preset", "crash"];
  await succeeds(stage.start("config", [...join, "--out", `${folder}/cluster.json`]));
  return folder;
}

Deno.test(e2e(import.meta.url, "what the units start runs, and stops at SIGTERM", async (stage) => {
  const folder = await credentials(stage);
  const state = `${stage.folder}/state`;
  await Deno.mkdir(state);
  const started = [];
  for (const program of PROGRAMS) {
    assertEquals((await settings(program, "RestartPreventExitStatus"))[0], PREVENTED[program]);
    const loaded = (await settings(program, "LoadCredential"))
      .map((line) => line.split(":")[0]!.replaceAll("%i", "Alice"));
    assertEquals(loaded.toSorted(), ["Alice.json", "Alice.key", "cluster.json"]);
    const [line = ""] = await settings(program, "ExecStart");
    const [executable, ...args] = line.replaceAll("%i", "Alice")
      .replaceAll("${CREDENTIALS_DIRECTORY}", folder)
      .replaceAll("${STATE_DIRECTORY}", `${state}/${program}`).split(" ");
    assertEquals(executable, `/usr/local/bin/hetpaxos-${program}`);
    const running = stage.start(program, args);
    started.push(running);
    await (program === "acceptor" ? listening(running) : running.logged("connected"));
  }
  for (const running of started) {
    running.kill("SIGTERM");
    assertEquals((await running.ended).code, 0);
  }
}, Deno.build.os === "windows" ? { ignore: "there is no SIGTERM" } : {}));
