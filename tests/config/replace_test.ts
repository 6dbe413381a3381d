/**
 * What may be replaced by --force and by a renewal, and how much is read of what has no end.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { writeWhole } from "../../cli/commands/evidence_files.ts";
import { readText } from "../../lib/config/config_files.ts";
import { writeFiles } from "../../lib/config/write_files.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";

const KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n";

/** Everything that replaces a public file. */
const REPLACERS = {
  writeFiles: (path: string) =>
    writeFiles([{ path, text: "new", public: true }], { overwrite: true, advice: "" }),
  writeWhole: (path: string) => writeWhole(path, "new", true),
};

const noDevices = Deno.build.os === "windows";

for (const [name, replace] of Object.entries(REPLACERS)) {
  Deno.test(`${name} never replaces a private key, nor what a link to it leads to`, async () => {
    await inFolder((folder) => {
      const paths = [`${folder}/my.key`, `${folder}/link`];
      Deno.writeTextFileSync(paths[0]!, KEY);
      Deno.symlinkSync("my.key", paths[1]!, { type: "file" });
      for (const path of paths) {
        const { exitStatus: status, message } = assertThrows(() => replace(path), OperatorError);
        assertEquals(status, EXIT.usage);
        assertEquals(
          message,
          `${path}: holds a private key; nothing was written: choose another name`,
        );
      }
      assertEquals(Deno.readTextFileSync(paths[0]!), KEY);
      assertEquals([...Deno.readDirSync(folder)].length, 2);
    });
  });

  Deno.test(`${name} replaces what a symbolic link leads to, and leaves the link`, async () => {
    await inFolder((folder) => {
      Deno.mkdirSync(`${folder}/real`);
      Deno.writeTextFileSync(`${folder}/real/a`, "old");
      Deno.symlinkSync("real/a", `${folder}/a`, { type: "file" });
      replace(`${folder}/a`);
      assertEquals(Deno.lstatSync(`${folder}/a`).isSymlink, true);
      assertEquals(Deno.readTextFileSync(`${folder}/real/a`), "new");
      assertEquals([...Deno.readDirSync(`${folder}/real`)].map((entry) => entry.name), ["a"]);
    });
  });

  Deno.test({
    name: `${name} replaces no device and no pipe`,
    ignore: noDevices,
    fn: () =>
      inFolder((folder) => {
        const pipe = `${folder}/pipe`;
        new Deno.Command("mkfifo", { args: [pipe] }).outputSync();
        const { exitStatus: status, message } = assertThrows(() => replace(pipe), OperatorError);
        assertEquals(status, EXIT.resource);
        assertEquals(message, `${pipe}: cannot be written: it is no file; name one`);
        assertEquals(Deno.lstatSync(pipe).isFifo, true);
      }),
  });
}

Deno.test({
  name: "of a device without an end only so much is read that it is too large",
  ignore: noDevices,
  fn() {
    const { exitStatus: status, message } = assertThrows(
      () => readText("/dev/zero", "zeros"),
      OperatorError,
    );
    assertEquals(status, EXIT.configuration);
    assertEquals(message, "zeros: is larger than 16777216 bytes; is this the right file?");
  },
});

async function inFolder(play: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_replace_" });
  try {
    play(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
