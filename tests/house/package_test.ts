import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { unzipSync } from "fflate";
import { parseTarGzip } from "nanotar";
import { unpack } from "../../scripts/archives.ts";
import { executableName, TARGETS } from "../../scripts/compile.ts";
import { makeArchives, SUMS } from "../../scripts/package.ts";
import { PROGRAMS } from "../../scripts/programs.ts";
import { sha256Hex } from "../../lib/crypto/hash.ts";

const LINUX = TARGETS[0];
const WINDOWS = TARGETS[4];

/** A folder with files called as executables are. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fakes(folder: string, target: string): Promise<void> {
  for (const { name } of PROGRAMS) {
    await Deno.writeTextFile(`${folder}/${executableName(name, target)}`, `${name} for ${target}`);
  }
}

Deno.test("an archive has programs, licence, README and units, the same whenever it is made", () =>
  inFolder(async (folder) => {
    await fakes(folder, LINUX);
    await fakes(folder, WINDOWS);
    const [tar, zip, sums] = await makeArchives(folder);
    assertEquals(sums, SUMS);
    const first = await Promise.all([tar, zip].map((name) => Deno.readFile(`${folder}/${name}`)));
    const entries = await parseTarGzip(first[0]!);
    const top = tar!.replace(/\.tar\.gz$/, "");
    const modes = new Map(entries.map(({ name, attrs }) => [name, Number(attrs?.mode)]));
    for (const { name } of PROGRAMS) assertEquals(modes.get(`${top}/${name}`), 755);
    for (const name of ["LICENSE", "README.md", "packaging/systemd/hetpaxos-acceptor@.service"]) {
      assertEquals(modes.get(`${top}/${name}`), 644, name);
    }
    assertEquals(entries.map(({ name }) => name), [...modes.keys()].toSorted());
    for (const [i, name] of [tar!, zip!].entries()) {
      const unpacked = await unpack(name, first[i]!);
      const executables = unpacked.filter(({ executable }) => executable);
      assertEquals(executables.length, PROGRAMS.length);
      for (const { bytes } of executables) {
        assertMatch(new TextDecoder().decode(bytes), /^hetpaxos\S* for /);
      }
    }
    const inner = Object.keys(unzipSync(first[1]!)).map((name) => name.split("/")[1]);
    assertEquals(inner, [
      "LICENSE",
      "README.md",
      ...PROGRAMS.map(({ name }) => `${name}.exe`)
        .toSorted(),
    ]);
    const lines = first.map((bytes, i) => `${sha256Hex(bytes)}  ${[tar, zip][i]}\n`);
    assertEquals(await Deno.readTextFile(`${folder}/${SUMS}`), lines.join(""));
    await makeArchives(folder);
    assertEquals(
      await Promise.all([tar, zip].map((name) => Deno.readFile(`${folder}/${name}`))),
      first,
    );
  }));

Deno.test("without executables, or with some of a target's only, no archive is made", () =>
  inFolder(async (folder) => {
    await assertRejects(() => makeArchives(folder), Error, "has no executables");
    await fakes(folder, LINUX);
    await Deno.remove(`${folder}/${executableName("hetpaxos-learner", LINUX)}`);
    await assertRejects(() => makeArchives(folder), Error, "hetpaxos-learner");
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name.endsWith(".gz")), false);
  }));
