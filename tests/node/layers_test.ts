/**
 * Whoever is called calls nobody back: at everything that a process is given and told, the stack is
 * looked at, from the room where something came in to the innermost.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Links } from "../../lib/link/links.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { wayOfAMessage } from "../house/way.ts";
import { makeTestConfigurations, TestCluster } from "./harness.ts";

const STACK_MAX = 200;

/** The files of ours on the stack, the outermost first; one that calls itself counts once. */
function filesOnStack(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_MAX;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = before;
  const files = [...stack.matchAll(/\/(lib\/[a-z]+\/[a-z0-9_/]+\.ts):\d+/g)].map(([, file]) =>
    file!
  );
  return files.reverse().filter((file, i, all) => file !== all[i - 1]);
}

/** The rooms that a message goes through, the outermost first. */
const ROOMS = ["process", "net", "link", "node", "store", "crypto", "wire", "core"];

/**
 * The first call on a stack from a room up to one that waits for it; undefined if there is none.
 * Who is called by a timer may tell those above it: they do not wait.
 */
function climbOf(files: readonly string[]): string | undefined {
  const ranks = files.map((file) => ROOMS.indexOf(file.split("/")[1]!));
  const to = ranks.findIndex((rank, i) =>
    i > 0 && rank >= 0 && rank < ranks[i - 1]! && ranks.slice(0, i).includes(rank)
  );
  return to < 0 ? undefined : files.slice(0, to + 1).join(" > ");
}

/** What stacks have shown. */
class Watch {
  readonly climbs: Set<string> = new Set();
  /** Files on stacks below the taking of a message. */
  readonly taking: Set<string> = new Set();
  looks = 0;

  look(): void {
    this.looks++;
    const files = filesOnStack();
    const climb = climbOf(files);
    if (climb !== undefined) this.climbs.add(climb);
    if (files.includes("lib/node/taking.ts")) { for (const file of files) this.taking.add(file); }
  }

  /** The same thing, but that whoever uses it is looked at. */
  on<T extends object>(thing: T): T {
    return new Proxy(thing, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          this.look();
          return value.apply(target, args);
        };
      },
    });
  }
}

/** Has whatever links are told to say looked at. */
function watchingLinks(watch: Watch): () => void {
  const { open } = Links.prototype;
  Links.prototype.open = function (...args) {
    const link = open.apply(this, args);
    let onReady = link.onReady;
    Object.defineProperty(link, "onReady", {
      get: () => () => {
        watch.look();
        onReady();
      },
      set: (callback) => onReady = callback,
    });
    return link;
  };
  return () => void (Links.prototype.open = open);
}

/** Four acceptors decide, with two proposers, and a learner that comes late. */
async function decide(watch: Watch): Promise<void> {
  const cluster = new TestCluster(await makeTestConfigurations({}));
  const add = (name: string, recovers: boolean) => {
    const journal = watch.on(openMemoryJournal());
    const process = cluster.add(name, { journal, clock: watch.on(cluster.clock), recovers });
    process.node.observe({
      stepped: () => watch.look(),
      appended: () => watch.look(),
      wanted: () => watch.look(),
      refused: () => watch.look(),
    });
    process.node.decisions.onKept(() => watch.look());
    cluster.join(process);
  };
  for (const { name } of cluster.configurations[0]!.acceptors) add(name, true);
  await cluster.clock.advance(3_000);
  for (const [i, acceptor] of cluster.acceptors.slice(0, 2).entries()) {
    cluster.propose(acceptor, 1n, `value ${i}`);
  }
  await cluster.agree(1n);
  add("client_0", false);
  await cluster.clock.advance(5_000);
  await cluster.agree(1n, cluster.processes);
  await cluster.stop();
}

Deno.test("a stack that comes back into a room is noticed", () => {
  const [link, node, core] = ["lib/link/link.ts", "lib/node/node.ts", "lib/core/dag.ts"] as const;
  for (const sound of [[link, node, core], [node, link, node], [link, node, node, core]]) {
    assertEquals(climbOf(sound), undefined);
  }
  assertEquals(climbOf([link, node, core, node]), [link, node, core, node].join(" > "));
  assertEquals(climbOf([node, link, node, link]), [node, link, node, link].join(" > "));
});

Deno.test("no room is called back by one that it calls, and a message goes the way that is drawn", async () => {
  const watch = new Watch();
  const stop = watchingLinks(watch);
  try {
    await decide(watch);
  } finally {
    stop();
  }
  assert(watch.looks > 1_000, `${watch.looks} looks only`);
  assertEquals([...watch.climbs], []);
  const { passed, asked } = await wayOfAMessage();
  const drawn = new Set([...passed, ...asked]);
  assert(watch.taking.size > 8, [...watch.taking].join());
  assertEquals([...watch.taking].filter((file) => !drawn.has(file)), []);
});
