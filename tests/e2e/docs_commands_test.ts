/**
 * The commands of README and OPERATIONS, pasted one by one on a clean clone with an empty home.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Block, blocksOf, Newcomer, noPasting, type Pasted } from "./paste.ts";
import { e2e } from "./stage.ts";

/** A page may take so long. */
const SECONDS_MAX = 120;

/** The whole suite would run this test again: one file of it stands for all. */
const ONE_FILE = "tests/wire/text_test.ts";

function shortened(command: string): string {
  return /(^deno| deno@\S+)( task test| test( -P)?)$/.test(command)
    ? `${command} ${ONE_FILE}`
    : command;
}

/** Steps of the protocol that the demo shows: which of them happen, and when, is up to chance. */
const BY_CHANCE = /^ *[\d.]+ ms {2}(1a|1b|2a) /;

/** A line without what differs from one run to the next. */
function stable(line: string): string {
  return line
    .replace(/, by the votes of .*| \(ballot .*/, "")
    .replace(/(\/\S*)?\/\.local\//g, "HOME/.local/")
    .replace(/\d+(\.\d+)?/g, "#")
    .trim();
}

/** The lines that a page shows and that no run of its commands may lack. */
function stableLines({ commands, shown }: Block): string[] {
  const lines = commands.some((command) => shortened(command) !== command)
    ? shown.slice(-1)
    : shown.filter((line) => !BY_CHANCE.test(line) && !line.includes("[…]"));
  return lines.map(stable);
}

function assertPasted(path: string, blocks: readonly Block[], pasted: readonly Pasted[]): void {
  let at = 0;
  for (const block of blocks) {
    let printed = "";
    for (const command of block.commands.map(shortened)) {
      const result = pasted[at++];
      const where = `${path}:${block.line}: ${command}`;
      assert(result !== undefined, `${where}: not run`);
      assertEquals(result.status, 0, `${where}:\n${result.printed}`);
      printed += result.printed;
    }
    const lines = new Set(printed.split("\n").map(stable));
    for (const line of stableLines(block)) {
      assert(lines.has(line), `${path}:${block.line}: not printed: ${line}\nbut:\n${printed}`);
    }
  }
  assertEquals(at, pasted.length);
}

const commandsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap(({ commands }) => commands).map(shortened);

/** The one block of a page with this in a command. */
function blockWith(page: string, text: string): Block {
  const found = blocksOf(page).filter(({ commands }) => commands.some((c) => c.includes(text)));
  assertEquals(found.length, 1, text);
  return found[0]!;
}

const HOW = { ignore: noPasting(), patienceMs: 2 * SECONDS_MAX * 1000 };

Deno.test("blocks of commands are found on a page, with what is shown after them", () => {
  const page =
    "a\n\n```sh\nx \\\n  y\n\nz\n```\n\n```text\nshown\n```\n\n- b\n\n  ```sh\n  w\n  ```\n";
  assertEquals(blocksOf(page), [
    { line: 4, commands: ["x \\\n  y", "z"], shown: ["shown"] },
    { line: 17, commands: ["w"], shown: [] },
  ]);
  assertEquals(stable('5.8 ms  decided Eve: "x", by the votes of Bob'), '# ms  decided Eve: "x"');
  assertEquals(
    shortened("npx --yes deno@2.8.3 task test"),
    `npx --yes deno@2.8.3 task test ${ONE_FILE}`,
  );
  assertEquals(shortened("deno test -P"), `deno test -P ${ONE_FILE}`);
  assertEquals(shortened("deno task demo"), "deno task demo");
});

Deno.test(e2e(
  import.meta.url,
  "a command that fails is told from one that works, in a home with nothing in it",
  async ({ folder }) => {
    const newcomer = await Newcomer.arrives(folder);
    const works = ["ls -A ~", "here=$PWD", 'cd docs && ls "$here/mod.ts"'];
    const fails = "npx --yes deno@0.0.1 task demo";
    const pasted = await newcomer.pastes([...works, fails, "true"], SECONDS_MAX);
    assertEquals(pasted.map(({ command }) => command), [...works, fails]);
    assertEquals(pasted.map(({ status }) => status), [0, 0, 0, 1]);
    assertEquals(pasted[0]!.printed, "");
    const [block] = blocksOf("```sh\nls -A ~\n```\n\n```text\nsomething\n```\n");
    assertThrows(() => assertPasted("page", [block!], pasted.slice(0, 1)), Error, "not printed");
  },
  HOW,
));

Deno.test(e2e(
  import.meta.url,
  "the commands of README work when pasted into a clean clone",
  async ({ folder }) => {
    const newcomer = await Newcomer.arrives(folder);
    const blocks = blocksOf(await newcomer.page("README.md"));
    assert(blocks.length >= 5 && blocks.some(({ shown }) => shown.length > 0), "blocks not found");
    const pasted = await newcomer.pastes(commandsOf(blocks), SECONDS_MAX);
    assertPasted("README.md", blocks, pasted);
    const decided = pasted.find(({ command }) => command.includes("/Propose"));
    assertEquals(JSON.parse(decided!.printed).decisions[0].learner, "Eve");
  },
  HOW,
));

Deno.test(e2e(
  import.meta.url,
  "the commands of OPERATIONS work when pasted after those that it refers to",
  async ({ folder }) => {
    const newcomer = await Newcomer.arrives(folder);
    const blocks = blocksOf(await newcomer.page("docs/OPERATIONS.md"));
    assert(blocks.length >= 4, "blocks not found");
    // A running cluster with files for curl, and Alice's key and certificate.
    const cluster = blockWith(await newcomer.page("README.md"), "/Propose").commands;
    const keys =
      blockWith(await newcomer.page("docs/CONFIGURATION.md"), "openssl genpkey").commands;
    const [down, up] = [cluster.at(-1)!, cluster.slice(0, -1)];
    assertEquals(down, "deno task cluster down");
    const before = [...up, ...keys];
    const pasted = await newcomer.pastes([...before, ...commandsOf(blocks), down], SECONDS_MAX);
    for (const { command, status, printed } of pasted.slice(0, before.length)) {
      assertEquals(status, 0, `${command}:\n${printed}`);
    }
    assertPasted("docs/OPERATIONS.md", blocks, pasted.slice(before.length, -1));
    assertEquals(pasted.at(-1)!.status, 0, pasted.at(-1)!.printed);
    const status = pasted.find(({ command }) => command.includes("/GetStatus"));
    assertEquals(JSON.parse(status!.printed).name, "Alice");
  },
  HOW,
));
