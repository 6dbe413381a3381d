/**
 * What operators get wrong: one line, a documented status, and nothing on standard output.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Cluster, listening } from "./cluster.ts";
import { makeExpiredCertificate } from "./expired.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import type { ProgramName } from "./program.ts";
import { e2e } from "./stage.ts";

/** So many programs are run at once. */
const AT_ONCE = 3;

interface Mistake {
  readonly program: ProgramName;
  readonly args: readonly string[];
  readonly input?: string;
  readonly status: number;
  readonly says: RegExp;
}

function mistake(
  program: ProgramName,
  args: readonly string[],
  status: number,
  says: RegExp,
  input?: string,
): Mistake {
  return { program, args, status, says, ...(input === undefined ? {} : { input }) };
}

/** Flags that are wrong, whatever the files say. */
function flagMistakes(alice: string, client: string): Mistake[] {
  return [
    mistake("learner", ["--learner", "Evee", client], 2, /no learner "Evee"; perhaps Eve/),
    mistake("proposer", ["--value", "x", "--learner", "Bob", client], 2, /no learner "Bob"/),
    mistake("learner", ["--json", "--text", client], 2, /--json: excludes --text/),
    mistake("acceptor", ["--json", "--text", alice], 2, /--json: excludes --text/),
    mistake("learner", ["--onse", client], 2, /--onse: no such flag: perhaps --once/),
    mistake("acceptor", ["--volatile=yes", alice], 2, /--volatile: takes no value/),
    mistake("proposer", ["--value"], 2, /--value: wants a value/),
    mistake("learner", ["--timeout", "5", client], 2, /--timeout: wants a time from 1ms/),
    mistake("learner", ["--all", "--once", client], 2, /--all: excludes --once/),
    mistake("learner", ["--instance", "1", "--all", client], 2, /--all: excludes --instance/),
    mistake("learner", ["--all", "--count", "2", client], 2, /--all: excludes --count/),
    mistake("learner", ["-v", "--log-level", "info", client], 2, /--verbose: excludes --log-l/),
    mistake("learner", ["-q", "-v", client], 2, /--verbose: excludes --quiet/),
    mistake("acceptor", ["--volatile", "--data-dir", "d", alice], 2, /--volatile: excludes --d/),
    mistake("proposer", ["--forever", "--timeout", "1s", client], 2, /--forever: excludes --ti/),
    mistake("proposer", ["--forever", "--count", "2", client], 2, /--forever: excludes --count/),
    mistake("proposer", ["--value", "a", "--file", "b", client], 2, /--value: excludes --file/),
  ];
}

Deno.test(e2e(import.meta.url, "mistakes of an operator are told in one line", async (stage) => {
  const { privateKey: foreign } = await (await Cluster.make(stage)).read("Bob");
  // Takes the place of the one before.
  const cluster = await Cluster.make(stage, { clients: 1 });
  const alice = cluster.file("Alice");
  const client = cluster.file("client_0");
  const text = await Deno.readTextFile(alice);
  const config = JSON.parse(text);
  const written = async (name: string, content: string | Uint8Array | object) =>
    await stage.write(
      name,
      typeof content === "string" || content instanceof Uint8Array
        ? content
        : JSON.stringify(content),
    );
  const files = {
    empty: await written("empty.json", ""),
    binary: await written("binary.json", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 255, 254)),
    truncated: await written("truncated.json", text.slice(0, text.length / 2)),
    unknown: await written("unknown.json", { ...config, acceptorss: {} }),
    foreign: await written("foreign.json", { ...config, privateKey: foreign }),
    elsewhere: await written("elsewhere.json", { ...config, listen: "192.0.2.1:7000" }),
  };
  // Somebody else's server, that speaks no TLS.
  using occupant = Deno.listen({ hostname: "127.0.0.1", port: cluster.basePort });
  const occupied = (async () => {
    for await (const connection of occupant) connection.close();
  })();
  const mistakes = [
    mistake("acceptor", [`${stage.folder}/none.json`], 4, /none\.json: cannot be read: no such/),
    mistake("learner", [stage.folder], 4, /it is a directory/),
    mistake("acceptor", [files.empty], 3, /empty\.json: .*empty/),
    mistake("proposer", [], 3, /<stdin>: .*empty/, ""),
    mistake("learner", [files.binary], 3, /binary\.json: is not UTF-8 text/),
    mistake("acceptor", [files.truncated], 3, /truncated\.json:1:\d+: .*is the file cut off/),
    mistake("proposer", ["-"], 3, /<stdin>:1:\d+: .*is the file cut off/, text.slice(0, 1000)),
    mistake("acceptor", [files.unknown], 3, /unknown\.json: .*acceptorss/),
    mistake("acceptor", [files.foreign], 3, /foreign\.json: privateKey: belongs to none/),
    mistake("acceptor", [alice], 4, /127\.0\.0\.1:\d+: the port is in use; stop what uses it/),
    mistake("acceptor", [files.elsewhere], 4, /192\.0\.2\.1:7000: no address of this machine/),
    mistake("acceptor", [client], 3, /client_0\.json: privateKey: client_0 is a client, not an/),
    mistake("acceptor", [alice, client], 2, /client_0\.json": is one argument too many/),
    mistake("proposer", [client], 2, /there is nothing to propose: give --value/),
    mistake("proposer", ["--file", "/no/such", client], 4, /\/no\/such: cannot be read/),
    mistake("proposer", ["--file", "-"], 2, /--file -: the configuration comes from there/, text),
    ...flagMistakes(alice, client),
    mistake("config", ["chekc", alice], 2, /chekc: no such command: perhaps check/),
  ];
  for (let at = 0; at < mistakes.length; at += AT_ONCE) {
    await Promise.all(
      mistakes.slice(at, at + AT_ONCE).map(async ({ program, args, input, status, says }) => {
        const options = input === undefined ? {} : { input };
        assertOneLine(await stage.start(program, args, options).ended, status, says);
      }),
    );
  }
  console.log(`${mistakes.length} mistakes, one line each`);
  occupant.close();
  await occupied;
}));

Deno.test(e2e(
  import.meta.url,
  "an expired certificate is warned of in one line, and the others go on",
  async (stage) => {
    const expired = await makeExpiredCertificate("Dave");
    const cluster = await Cluster.make(stage, {
      clients: 1,
      alter: (config) => ({
        ...config,
        addresses: config.addresses.map((address) =>
          address.name === "Dave" ? { ...address, certificate: expired } : address
        ),
      }),
    });
    const acceptors = ["Alice", "Bob", "Carol"].map((name) =>
      stage.start("acceptor", ["--volatile", cluster.file(name)])
    );
    await Promise.all(acceptors.map(listening));
    const proposer = stage.start("proposer", ["--value", "on", cluster.file("client_0")]);
    assertEquals(valuesOf(await succeeds(proposer)), ["on"]);
    for (const acceptor of acceptors) acceptor.kill("SIGTERM");
    for (const program of [proposer, ...acceptors]) {
      const { code, err } = await program.ended;
      assertEquals(code, 0);
      const [line, ...more] = err.split("\n");
      assertEquals(more, [""], err);
      const { level, message } = JSON.parse(line!);
      assertEquals(level, "warn");
      assertMatch(message, /^certificate of "Dave": expired on 2001-01-01T00:00:00\.000Z: TLS/);
    }
  },
));
