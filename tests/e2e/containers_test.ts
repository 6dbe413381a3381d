/**
 * The files of packaging/container and the Procfile: what they claim, and the commands in them run.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { validate } from "dockerfile-utils";
import { freePorts } from "../../cli/demo/child.ts";
import { VERSION } from "../../cli/version.ts";
import configuration from "../../deno.json" with { type: "json" };
import { EXIT } from "../../lib/wire/operator_error.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { PROGRAMS } from "../../scripts/programs.ts";
import { readSource } from "../../scripts/sources.ts";
import { listening } from "./cluster.ts";
import { Container, firstProcess, noContainers } from "./container.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { CONTAINERFILE, generate, Image, readCompose, scriptsForAll } from "./image.ts";
import type { Program, ProgramName } from "./program.ts";
import { e2e } from "./stage.ts";
import { missing } from "./tools.ts";

Deno.test("the container file is well formed", async () => {
  const text = await readSource(CONTAINERFILE);
  assertEquals(validate(text), []);
  // It does look.
  assertEquals(validate(text.replace("--retries", "--retrys")).length, 1);
});

Deno.test(e2e(import.meta.url, "hadolint finds nothing in the container file", async () => {
  const { code, stdout, stderr } = await new Deno.Command("hadolint", {
    args: [CONTAINERFILE],
    cwd: ROOT,
  })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals({ code, said }, { code: 0, said: "" });
}, missing("hadolint")));

Deno.test("the image runs as nobody in particular, without a shell, from bases that are pinned", async () => {
  const image = await Image.read();
  assertEquals(image.text("USER"), "65532:65532");
  assertEquals(image.text("STOPSIGNAL"), "SIGTERM");
  assertMatch(image.text("FROM"), /^gcr\.io\/distroless\/cc-debian\d+:nonroot$/);
  for (const name of ["ENTRYPOINT", "CMD", "HEALTHCHECK"]) {
    assert(image.words(name).every((word) => typeof word === "string"), name);
  }
  const text = await readSource(CONTAINERFILE);
  assertMatch(text, /^FROM docker\.io\/denoland\/deno:debian-2\.8\.3 AS build$/m);
  const [, packed = ""] = /for program in (.+); do/.exec(text) ?? [];
  assertEquals(packed.split(" ").toSorted(), PROGRAMS.map(({ name }) => name).toSorted());
});

Deno.test("the image's labels tell the version and the commit", async () => {
  const labels = (await Image.read()).labels();
  assertEquals(labels["org.opencontainers.image.version"], VERSION);
  assertEquals(labels["org.opencontainers.image.revision"], "$REVISION");
  assertEquals(labels["org.opencontainers.image.licenses"], configuration.license);
  assertMatch(await readSource(CONTAINERFILE), /\nFROM .*nonroot\nARG REVISION\n/);
});

Deno.test("in the compose file every service is hardened, and has a file of its own", async () => {
  const { services, secrets } = await readCompose();
  assertEquals(Object.keys(services), ["alice", "bob", "carol", "dave", "eve"]);
  for (const [name, service] of Object.entries(services)) {
    assertEquals(service.read_only, true, name);
    assertEquals(service.cap_drop, ["ALL"], name);
    assertEquals(service.security_opt, ["no-new-privileges:true"], name);
    assertMatch(service.user, /^\$\{HETPAXOS_USER:\?/);
    assertEquals(service.secrets, [{ source: name, target: "/etc/hetpaxos/self.json" }]);
    assertEquals(service.volumes, [{
      type: "bind",
      source: `./data_${name}`,
      target: "/var/lib/hetpaxos",
      bind: { create_host_path: false },
    }]);
    assertEquals(service.healthcheck?.disable === true, name === "eve", name);
  }
  assertEquals(Object.values(secrets).map(({ file }) => file), [
    ...[0, 1, 2, 3].map((i) => `./my_${i}_config.json`),
    "./my_client_0_config.json",
  ]);
});

Deno.test(e2e(
  import.meta.url,
  "the compose file's commands decide: no root, a root that is read-only, as first process",
  async (stage) => {
    const scripts = await scriptsForAll(stage);
    const prefix = await generate(stage);
    const { services, secrets } = await readCompose();
    const image = await Image.read();
    const [entry, command, health] = ["ENTRYPOINT", "CMD", "HEALTHCHECK"].map((name) =>
      image.words(name)
    );
    const running = new Map<string, { container: Container; program: Program }>();
    const start = (container: Container, line: readonly string[], as: ProgramName) =>
      stage.start(as, [], { launcher: () => container.command(line) });
    for (const [name, service] of Object.entries(services)) {
      const config = `${stage.folder}/${secrets[name]!.file}`;
      const container = await Container.make(`${stage.folder}/${name}`, scripts, config);
      const whole = [...service.entrypoint ?? entry!, ...service.command ?? command!];
      assertEquals(whole[0], "/usr/local/bin/tini");
      // Dave is run as by an orchestrator that names the program alone: it is the first process.
      const line = name === "dave" ? whole.slice(whole.indexOf("--") + 1) : whole;
      const as = name === "eve" ? "learner" : "acceptor";
      running.set(name, { container, program: start(container, line, as) });
    }
    const probed = stage.start("status", [], {
      launcher: () => running.get("alice")!.container.probe,
    });
    await succeeds(probed);
    const inside = { event: "probe", pid: 1, uid: 65_532, root: false, data: true };
    assertEquals(probed.out.all, [inside]);

    const acceptors = [...running].filter(([name]) => name !== "eve").map(([, one]) => one);
    await Promise.all(acceptors.map(({ program }) => listening(program)));
    for (const { container } of acceptors) await succeeds(start(container, health!, "status"));

    const proposer = stage.start("proposer", ["--value", "contained", `${prefix}_0_config.json`]);
    assertEquals(valuesOf(await succeeds(proposer)), ["contained"]);
    const eve = running.get("eve")!;
    assertEquals(valuesOf(await eve.program.decisions()), ["contained"]);

    for (const { program } of running.values()) {
      const first = await firstProcess(program.pid);
      Deno.kill(first, "SIGTERM");
      assertEquals((await program.ended).code, EXIT.ok, program.err.text);
    }
    const [{ container }] = acceptors as [typeof acceptors[0]];
    const { code, out } = await start(container, health!, "status").ended;
    assertEquals(code, EXIT.timeout, out);
  },
  noContainers(),
));

Deno.test(e2e(
  import.meta.url,
  "the processes of the Procfile decide",
  async (stage) => {
    const prefix = await generate(stage);
    const lines = (await Deno.readTextFile(`${ROOT}/packaging/Procfile`)).trim().split("\n");
    const programs = lines.map((line) => {
      const { 1: name, 2: program, 3: rest } = /^(\w+): hetpaxos-(\w+) (.+)$/.exec(line) ?? [];
      assert(name !== undefined, line);
      // As from the folder with the files.
      const args = rest!.split(" ").map((word) =>
        /^(my|data)_/.test(word) ? `${stage.folder}/${word}` : word
      );
      return stage.start(program as ProgramName, args);
    });
    const [eve] = programs.slice(-1);
    await Promise.all(programs.slice(0, -1).map(listening));
    await succeeds(stage.start("proposer", ["--value", "at home", `${prefix}_1_config.json`]));
    assertEquals(valuesOf(await eve!.decisions()), ["at home"]);
    for (const program of programs) program.kill("SIGTERM");
    for (const program of programs) assertEquals((await program.ended).code, EXIT.ok);
  },
));

Deno.test(e2e(
  import.meta.url,
  "a health check asks the acceptor where it listens, and only an acceptor's file will do",
  async (stage) => {
    const port = freePorts(4);
    const prefix = `${stage.folder}/my`;
    // Others reach it elsewhere: nobody is there.
    const at = ["--host", "192.0.2.1", "--base-port", String(port)];
    await succeeds(stage.start("config", ["generate", prefix, "--clients", "1", ...at]));
    const file = `${prefix}_0_config.json`;
    const own = JSON.parse(await Deno.readTextFile(file));
    await stage.write("own.json", JSON.stringify({ ...own, listen: `0.0.0.0:${port}` }));
    const self = ["--self", "--timeout", "5s"];
    const acceptor = stage.start("acceptor", ["--volatile", `${stage.folder}/own.json`]);
    await listening(acceptor);
    const healthy = stage.start("status", [...self, `${stage.folder}/own.json`]);
    await succeeds(healthy);
    assertEquals(healthy.out.all.map(({ name }) => name), ["Alice"]);
    acceptor.kill();
    await acceptor.ended;
    const dead = await stage.start("status", [...self, `${stage.folder}/own.json`]).ended;
    assertEquals(dead.code, EXIT.timeout);
    const client = await stage.start("status", [...self, `${prefix}_client_0_config.json`]).ended;
    assertEquals(client.code, EXIT.usage);
    assertMatch(
      client.err,
      /--self: .*my_client_0_config\.json is of client_0, who is no acceptor/,
    );
  },
));
