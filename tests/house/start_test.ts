import { assert, assertEquals } from "@std/assert";
import { PROGRAMS } from "../../scripts/programs.ts";

/**
 * What only a program that makes a certificate may load: 150 ms and 12 MB; and what only a browser
 * needs: some 10 ms.
 */
const HEAVY = ["@peculiar/x509", "reflect-metadata", "@noble/curves/ed25519.js"];

/** What only a process that answers probes may load: 130 ms. */
const MEASURING = "prom-client";

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

async function graphOf(entry: string): Promise<Graph & { readonly roots: readonly string[] }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Names of what is imported from `root` on, as the files write them. */
function imported({ modules }: Graph, root: string, dynamic: boolean): Set<string> {
  const found = new Set<string>();
  const open = [root];
  const seen = new Set(open);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { dependencies = [] } = modules.find(({ specifier }) => specifier === at) ?? {};
    for (const { specifier, isDynamic = false, code } of dependencies) {
      if (code === undefined || isDynamic && !dynamic) continue;
      found.add(specifier);
      if (!seen.has(code.specifier)) open.push(code.specifier);
      seen.add(code.specifier);
    }
  }
  return found;
}

/** What `hetpaxos` loads when it is told to run one of them. */
const COMMANDS = ["acceptor", "learner", "proposer", "status", "evidence", "replay"]
  .map((name) => `cli/commands/${name}.ts`);

for (const { entry } of PROGRAMS) {
  Deno.test(`${entry} listens to signals before it loads anything else`, async () => {
    const graph = await graphOf(entry);
    assertEquals([...imported(graph, graph.roots[0]!, false)], ["./stop_signals.ts"]);
    assert(imported(graph, graph.roots[0]!, true).size > 50);
  });
}

for (const entry of ["cli/hetpaxos.ts", ...COMMANDS, "mod.ts"]) {
  Deno.test(`${entry} starts without what makes certificates, and what stands in for the platform`, async () => {
    const graph = await graphOf(entry);
    const root = graph.roots[0]!;
    const atStart = imported(graph, root, false);
    assertEquals(HEAVY.filter((name) => atStart.has(name)), []);
    if (entry === "cli/hetpaxos.ts") {
      // Its commands are loaded when they are run, with all they need.
      assertEquals([...atStart].filter((name) => /^@bufbuild|^@connectrpc|^node:/.test(name)), []);
      assert(imported(graph, root, true).size > 50);
    } else assert(atStart.size > 50 || entry.endsWith("replay.ts"), `only ${atStart.size} imports`);
    assert(!atStart.has(MEASURING), "starts without what measures");
    if (entry === "cli/commands/acceptor.ts") assert(imported(graph, root, true).has(MEASURING));
    // The same walk must be able to find them.
    if (entry === "cli/hetpaxos.ts" || entry === "mod.ts") {
      const all = imported(graph, root, true);
      assertEquals(HEAVY.filter((name) => !all.has(name)), []);
    }
  });
}
