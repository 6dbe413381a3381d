/**
 * Disks that are full, broken or not to be written to.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { JournalError } from "../../lib/store/journal.ts";
import { assertHolds, commitUntilFailure } from "./failing.ts";
import { batchOf, FILE, hashOf, inDirectory, messagesAt, openIn } from "./fixture.ts";
import { mountSmall, whyNoMounts } from "./mounts.ts";
import { testUnless, whyNotTraced } from "./trying.ts";

for (const place of ["beforeCommit", "afterWriteBeforeSync"] as const) {
  Deno.test(`a fault ${place} leaves nothing of the batch and ends all writing`, async () => {
    await inDirectory((dataDir) => {
      let commits = 0;
      const fail = () => {
        if (++commits > 3) throw new Error("no\nmore");
      };
      const journal = openIn(dataDir, { [place]: fail });
      const { acknowledged, error } = commitUntilFailure(journal, 10);
      assertEquals(acknowledged, 12);
      assertStringIncludes(error.message, "no more");
      journal.close();
      const again = openIn(dataDir);
      assertHolds(again, 12);
      again.commit(batchOf({ messages: messagesAt(12, 3) }), true);
      assertHolds(again, 15);
      again.close();
    });
  });
}

Deno.test("one fault is enough: what failed once is not tried again", async () => {
  await inDirectory((dataDir) => {
    let commits = 0;
    const failOnce = () => {
      if (++commits === 2) throw new Error("once");
    };
    const journal = openIn(dataDir, { afterWriteBeforeSync: failOnce });
    journal.commit(batchOf({ messages: messagesAt(0, 2) }), true);
    for (let i = 0; i < 3; i++) {
      const commit = () => journal.commit(batchOf({ messages: messagesAt(2, 2) }), true);
      assertThrows(commit, JournalError, "once");
    }
    assertEquals(commits, 2);
    assertHolds(journal, 2);
    journal.close();
  });
});

Deno.test("a fault in a batch without messages is one, too", async () => {
  await inDirectory((dataDir) => {
    const fail = () => {
      throw new Error("no");
    };
    const journal = openIn(dataDir, { afterWriteBeforeSync: fail });
    const values = [{ hash: hashOf("v"), bytes: Uint8Array.of(1) }];
    assertThrows(() => journal.commit(batchOf({ values }), true), JournalError, "no");
    assertEquals(journal.value(hashOf("v")), undefined);
    journal.close();
  });
});

Deno.test("a database that may not grow keeps what it has", async () => {
  await inDirectory((dataDir) => {
    const journal = openIn(dataDir, {
      opened: (database) => database.exec("PRAGMA max_page_count = 60"),
    });
    const { acknowledged, error } = commitUntilFailure(journal, 1000);
    assertGreater(acknowledged, 10);
    assertStringIncludes(error.message, "full");
    journal.close();
    const again = openIn(dataDir);
    assertHolds(again, acknowledged);
    again.close();
  });
});

const noMounts = whyNoMounts();

testUnless(noMounts, "a full disk loses nothing, and with more space all goes on", async () => {
  await inDirectory((dataDir) => {
    using disk = mountSmall(dataDir, 1024);
    const journal = openIn(dataDir);
    const { acknowledged, error } = commitUntilFailure(journal, 10_000);
    assertGreater(acknowledged, 10);
    assertStringIncludes(error.message, "full");
    journal.close();
    disk.remount("size=4096k");
    const again = openIn(dataDir);
    assertHolds(again, acknowledged);
    again.commit(batchOf({ messages: messagesAt(acknowledged, 4) }), true);
    again.close();
  });
});

testUnless(noMounts, "a full disk can be read, even if nothing can be made on it", async () => {
  await inDirectory((dataDir) => {
    using _disk = mountSmall(dataDir, 1024);
    const journal = openIn(dataDir);
    const { acknowledged } = commitUntilFailure(journal, 10_000);
    journal.close();
    const filler = Deno.openSync(join(dataDir, "filler"), { createNew: true, write: true });
    assertThrows(() => {
      while (filler.writeSync(new Uint8Array(4096)) > 0);
    });
    filler.close();
    try {
      const again = openIn(dataDir);
      assertHolds(again, acknowledged);
      again.close();
    } catch (error) {
      // SQLite may want to write what it recovers: then in words.
      assert(error instanceof JournalError, String(error));
      assertEquals(error.fault, "unusable");
    }
    Deno.removeSync(join(dataDir, "filler"));
    const freed = openIn(dataDir);
    assertHolds(freed, acknowledged);
    freed.close();
  });
});

testUnless(noMounts, "a disk too full to make a journal leaves none", async () => {
  await inDirectory((dataDir) => {
    using disk = mountSmall(dataDir, 16);
    const error = assertThrows(() => openIn(dataDir), JournalError, "cannot be written: ");
    assertEquals(error.fault, "unusable");
    assertThrows(() => Deno.statSync(join(dataDir, FILE)), Deno.errors.NotFound);
    disk.remount("size=4096k");
    openIn(dataDir).close();
  });
});

testUnless(noMounts, "a disk that is only to be read is refused", async () => {
  await inDirectory((dataDir) => {
    using disk = mountSmall(dataDir, 4096);
    openIn(dataDir).close();
    disk.remount("ro");
    const error = assertThrows(() => openIn(dataDir), JournalError, "cannot be written: ");
    assertStringIncludes(error.message, "read-only");
    assertEquals(error.fault, "unusable");
  });
});

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;

testUnless(
  isRoot ? "root may write anywhere" : undefined,
  "a directory that is only to be read is refused",
  async () => {
    await inDirectory((dataDir) => {
      Deno.chmodSync(dataDir, 0o500);
      assertThrows(() => openIn(dataDir), JournalError, "cannot be written: ");
      Deno.chmodSync(dataDir, 0o700);
      openIn(dataDir).close();
    });
  },
);

/** Has a child commit until it fails, started through a shell command that ends in `exec "$@"`. */
async function failInChild(dataDir: string, shell: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", shell, "sh", Deno.execPath(), "run", "--no-check", "--no-code-cache"],
      ...["--allow-read", "--allow-write"],
      ...[new URL("failing_child.ts", import.meta.url).pathname, dataDir],
    ],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(said !== "", new TextDecoder().decode(stderr));
  const { acknowledged, fault, message } = JSON.parse(said);
  assertEquals(fault, "unusable");
  const journal = openIn(dataDir);
  const { length } = journal;
  // The batch that failed last may be there, but not a part of it.
  assert(length === acknowledged || length === acknowledged + 4, `${acknowledged}, now ${length}`);
  assertHolds(journal, length);
  journal.close();
  return message;
}

const noSignals = Deno.build.os === "windows" ? "needs limits of Unix" : undefined;

testUnless(noSignals, "a file that may not grow: writes fail, nothing is lost", async () => {
  await inDirectory(async (dataDir) => {
    const message = await failInChild(dataDir, `trap "" XFSZ; ulimit -f 1200; exec "$@"`);
    assertStringIncludes(message, "cannot be written: ");
  });
});

testUnless(whyNotTraced(), "a disk that fails to sync: nothing is lost", async () => {
  await inDirectory(async (dataDir) => {
    openIn(dataDir).close();
    const inject = "-e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=EIO:when=9+";
    const message = await failInChild(dataDir, `exec strace -f -qq -o /dev/null ${inject} "$@"`);
    assertStringIncludes(message, "I/O");
  });
});
