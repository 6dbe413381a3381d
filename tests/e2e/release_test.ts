/**
 * The steps of a release, one by one as the workflow has them, in a copy of the sources.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../cli/version.ts";
import { executableName, TARGETS } from "../../scripts/compile.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { PROGRAMS } from "../../scripts/programs.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";
import { withoutBases } from "../house/without_bases.ts";
import { e2e } from "./stage.ts";

const TASK = "deno task";

/** The deno tasks of the workflow, in order. */
async function steps(): Promise<string[]> {
  const text = await readSource(".github/workflows/release.yml");
  return [...text.matchAll(/^\s*- run: (.+)$/gm)].map(([, command]) => command!)
    .filter((command) => command.startsWith(`${TASK} `));
}

/** A copy of the sources in which this version has a section of the changelog. */
async function copySources(to: string): Promise<void> {
  for (const file of await listFiles(["."], [""])) {
    await Deno.mkdir(`${to}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${ROOT}/${file}`, `${to}/${file}`);
  }
}

async function sh(cwd: string, command: string, env: Readonly<Record<string, string>> = {}) {
  const deno = Deno.execPath().replace(/\/[^/]*$/, "");
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", command],
    cwd,
    env: {
      PATH: `${deno}:${Deno.env.get("PATH")}`,
      NO_COLOR: "1",
      GITHUB_REF_NAME: `v${VERSION}`,
      INIT_CWD: cwd,
      ...env,
    },
  }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  // What Deno says of the task itself is not the task's.
  return { code, out, err: err.replace(/^Task .*\n/gm, "") };
}

/** Puts scripts that run the bundles where executables for this machine would be. */
async function standIns(copy: string): Promise<void> {
  for (const { name, permissions } of PROGRAMS) {
    const command = ["run", "--quiet", "--no-prompt", "--no-config", ...permissions];
    const words = [Deno.execPath(), ...command, `${copy}/dist/${name}.js`];
    const script = `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`;
    for (const target of TARGETS) {
      const file = `${copy}/dist/${executableName(name, target)}`;
      await Deno.writeTextFile(file, target === Deno.build.target ? script : `for ${target}`);
    }
  }
}

Deno.test(e2e(
  import.meta.url,
  "the steps of a release run; what cannot be downloaded ends them with one clear line",
  async ({ folder }) => {
    const copy = `${folder}/sources`;
    await copySources(copy);
    const all = await steps();
    assertEquals(all.map((step) => step.split(" ")[2]), [
      ...["changelog", "compile", "package", "sbom", "smoke"],
    ]);
    const [notes = "", compile = "", ...rest] = all;

    const changelog = await Deno.readTextFile(`${copy}/CHANGELOG.md`);
    await Deno.writeTextFile(
      `${copy}/CHANGELOG.md`,
      changelog.replace("## [Unreleased]", `## [Unreleased]\n\n## [${VERSION}] - 2026-01-01`),
    );
    const noted = await sh(copy, notes);
    assertEquals([noted.code, noted.err], [0, ""]);
    assert((await Deno.readTextFile(`${copy}/notes.md`)).startsWith("### Added\n"));
    const wrong = await sh(copy, notes, { GITHUB_REF_NAME: "v99.0.0" });
    assertEquals(wrong.code, 4, wrong.err);
    assertMatch(
      wrong.err,
      /^deno task changelog: deno\.json: version: is [^\n]*v99\.0\.0[^\n]*\n$/,
    );

    const bundled = await sh(copy, `${TASK} bundle`);
    assertEquals(bundled.code, 0, bundled.err);
    // Nothing listens at this port, so nothing beyond this machine is asked.
    await Deno.mkdir(`${folder}/deno`);
    const offline = {
      HTTPS_PROXY: "http://127.0.0.1:9",
      DENO_DIR: await withoutBases(`${folder}/deno`),
    };
    const compiled = await sh(copy, compile, offline);
    assertEquals(compiled.code, 1, compiled.err);
    assertMatch(compiled.err, /^dist\/hetpaxos\S+: not made: .*denort-[^\n]*\.zip[^\n]*\n$/);

    const nothing = await sh(copy, `${TASK} package`);
    assertEquals(nothing.code, 4);
    assertMatch(nothing.err, /^[^\n]*has no executables[^\n]*deno task compile\n$/);
    await standIns(copy);
    for (const step of rest) {
      const { code, out, err } = await sh(copy, step);
      assertEquals([code, err], [0, ""], `${step}: ${out}`);
    }
    const made = [...Deno.readDirSync(`${copy}/dist`)].map(({ name }) => name);
    assertEquals(made.filter((name) => /\.(tar\.gz|zip)$/.test(name)).length, TARGETS.length);
    assert(made.includes("hetpaxos.cdx.json") && made.includes("SHA256SUMS"), made.join(" "));

    const archive = made.find((name) => name.includes(`${Deno.build.target}.tar.gz`))!;
    const bytes = await Deno.readFile(`${copy}/dist/${archive}`);
    bytes[bytes.length >> 1]! ^= 1;
    await Deno.writeFile(`${copy}/dist/${archive}`, bytes);
    const damaged = await sh(copy, rest.at(-1)!);
    assertEquals(damaged.code, 4);
    assertMatch(damaged.err, /^deno task smoke: [^\n]*is not what SHA256SUMS says\n$/);
  },
  {
    ignore: Deno.build.os === "windows" ? "stand-ins for executables are shell scripts" : undefined,
    patienceMs: 180_000,
  },
));
