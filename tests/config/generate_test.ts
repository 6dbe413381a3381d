import { assert, assertEquals, assertThrows } from "@std/assert";
import { countMembers } from "../../lib/core/acceptor_set.ts";
import { entangled } from "../../lib/core/learner_graph.ts";
import {
  acceptorNames,
  chooseTolerance,
  type ClusterPlan,
  learnerNames,
  planHomogeneous,
  planTwoChains,
} from "../../lib/config/cluster_plan.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { type Deployment, generateConfigs } from "../../lib/config/generate.ts";
import { writeFiles } from "../../lib/config/write_files.ts";
import { configOfJson } from "../../lib/config/parse.ts";
import { parseGraph } from "../../lib/config/graph.ts";
import { checkGraph } from "../../lib/config/validity.ts";
import { compareNames } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { Place } from "../../lib/wire/place.ts";

const DEPLOYMENT: Deployment = {
  hosts: ["localhost"],
  basePort: 8700,
  clients: 0,
  keyKind: "ed25519",
  rules: undefined,
};

/** The checked learner graph of a plan, without the cost of keys. */
function graphOf({ acceptors, learners, safetySets }: ClusterPlan) {
  const root = new Place("plan");
  const config = configOfJson(JSON.parse(JSON.stringify({ learners, safetySets })), root);
  return checkGraph(parseGraph(config, acceptors.toSorted(compareNames), [], root), root);
}

async function generate(plan: ClusterPlan, change: Partial<Deployment> = {}) {
  const files = await generateConfigs(plan, { ...DEPLOYMENT, ...change });
  return files.map((file): Configuration & { suffix: string } => ({
    ...loadConfiguration(JSON.stringify(file.config), file.suffix),
    suffix: file.suffix,
  }));
}

Deno.test("every number of acceptors stands what is said, and not one failure more", () => {
  for (let n = 1; n <= 13; n++) {
    for (let f = 0; 3 * f < n; f++) {
      const tolerance = chooseTolerance(n, { byzantine: f });
      const graph = graphOf(planHomogeneous(acceptorNames(n), ["Eve"], tolerance));
      const all = (1n << BigInt(n)) - 1n;
      const without = (count: number) => all >> BigInt(count);
      assert(entangled(graph, 0, 0, without(f)), `${n} acceptors, ${f} Byzantine: agreement`);
      assert(!entangled(graph, 0, 0, without(f + 1)), `${n}, ${f + 1} Byzantine: no promise`);
      const down = f + tolerance.crash;
      assert(graph.quorums[0]!.satisfiedBy(without(down)), `${n} acceptors, ${down} down: decides`);
      assert(!graph.quorums[0]!.satisfiedBy(without(down + 1)), `${n}, ${down + 1} down`);
      assertEquals(chooseTolerance(n, { ...tolerance }), tolerance);
      assertThrows(() => chooseTolerance(n, { byzantine: f, crash: tolerance.crash + 1 }));
    }
  }
});

Deno.test("what cannot be stood is refused with the least number that could", () => {
  const error = assertThrows(() => chooseTolerance(4, { byzantine: 1, crash: 1 }), OperatorError);
  assertEquals(
    error.message,
    "--acceptors: 4 acceptors cannot tolerate 1 Byzantine and 1 crashed ones; that takes at least 6 " +
      "(3 for each Byzantine, 2 for each crashed, and 1)",
  );
  assertEquals(error.exitStatus, EXIT.usage);
});

Deno.test("the usual cluster is the reference's: any three of four, by name", async () => {
  const plan = planHomogeneous(acceptorNames(4), learnerNames(1), chooseTolerance(4, {}));
  const anyThree = {
    quorums: [
      { names: ["Alice", "Bob", "Carol"] },
      { names: ["Alice", "Bob", "Dave"] },
      { names: ["Alice", "Carol", "Dave"] },
      { names: ["Bob", "Carol", "Dave"] },
    ],
  };
  assertEquals(plan.learners, { Eve: anyThree });
  assertEquals(plan.safetySets, { Eve: { safetySets: { Eve: anyThree } } });
  const configurations = await generate(plan);
  assertEquals(
    configurations.map(({ suffix, self, proposal }) => [suffix, self.name, self.port, proposal]),
    [
      ["_0_config.json", "Alice", 8700, undefined],
      ["_1_config.json", "Bob", 8701, undefined],
      ["_2_config.json", "Carol", 8702, undefined],
      ["_3_config.json", "Dave", 8703, undefined],
    ],
  );
  for (const { digest } of configurations) assertEquals(digest, configurations[0]!.digest);
});

Deno.test("a large cluster is written by thresholds and checked at once", () => {
  const plan = planHomogeneous(acceptorNames(100), learnerNames(3), chooseTolerance(100, {}));
  assertEquals(plan.learners["Eve"]!.quorums.length, 1);
  assertEquals(graphOf(plan).learnerCount, 3);
});

Deno.test("several learners agree with each other, each pair written once", () => {
  const plan = planHomogeneous(acceptorNames(4), ["Eve", "Frank"], chooseTolerance(4, {}));
  assertEquals(Object.keys(plan.safetySets["Eve"]!.safetySets), ["Eve", "Frank"]);
  assertEquals(Object.keys(plan.safetySets["Frank"]!.safetySets), ["Frank"]);
  assertEquals(graphOf(plan).connected(0b0001n), [0b11n, 0b11n]);
});

Deno.test("with crashes only, all acceptors together are the one safe set", () => {
  const tolerance = chooseTolerance(5, { byzantine: 0 });
  assertEquals(tolerance, { byzantine: 0, crash: 2 });
  const graph = graphOf(planHomogeneous(acceptorNames(5), ["Eve"], tolerance));
  assertEquals(graph.connected(0n), [1n]);
  assertEquals(graph.connected(0b00001n), [0n]);
  assertEquals(countMembers(0b00111n), 3);
  assert(graph.quorums[0]!.satisfiedBy(0b00111n));
});

Deno.test("two chains: what each stands is what is written beside the plan", () => {
  const graph = graphOf(planTwoChains());
  const { acceptors, learners } = graph.spec;
  assertEquals(learners, ["Blue", "Red"]);
  const [blue, red] = [0, 1];
  const all = (1n << 8n) - 1n;
  const without = (...names: string[]) =>
    names.reduce((set, name) => set & ~(1n << BigInt(acceptors.indexOf(name))), all);
  const reds = ["Red_0", "Red_1", "Red_2"];
  const shared = ["Both_0", "Both_1"];
  const agree = (a: number, b: number, ...bad: string[]) => entangled(graph, a, b, without(...bad));
  assert(agree(red, blue, ...reds, "Blue_0", "Both_0"), "one of the two suffices for both");
  assert(!agree(red, blue, ...shared), "none of the two does not");
  assert(agree(red, red, ...shared, "Blue_0"), "Red's own three suffice for Red");
  assert(!agree(red, red, ...shared, "Red_0"), "two of them do not");
  const decides = (a: number, ...down: string[]) => graph.quorums[a]!.satisfiedBy(without(...down));
  assert(decides(red, "Red_0", "Blue_0", "Blue_1", "Blue_2"));
  assert(!decides(red, "Red_0", "Red_1"));
  assert(!decides(blue, "Both_0"));
  for (const name of learners) {
    assertEquals(planTwoChains().learners[name]!.quorums.length, 3, "three quorums each");
  }
});

Deno.test("hosts are taken in turn, clients come last, keys are as asked", async () => {
  const plan = planHomogeneous(acceptorNames(3), ["Eve"], chooseTolerance(3, {}));
  const configurations = await generate(plan, {
    hosts: ["one.example", "::1"],
    basePort: 9000,
    clients: 2,
    keyKind: "p256",
    rules: "HP2",
  });
  assertEquals(
    configurations.map(({ self: { name, host, port } }) => [name, host, port]),
    [
      ["Alice", "one.example", 9000],
      ["Bob", "::1", 9000],
      ["Carol", "one.example", 9001],
      ["client_0", "", 0],
      ["client_1", "", 0],
    ],
  );
  assertEquals(configurations.at(-1)!.suffix, "_client_1_config.json");
  for (const { graph, self, digest } of configurations) {
    assertEquals(graph.burial, "HP2");
    assertEquals(self.certificate.keyKind, "p256");
    assertEquals(digest, configurations[0]!.digest);
  }
});

Deno.test("files are private, whole, and never overwritten unasked", async () => {
  const folder = await Deno.makeTempDir();
  const list = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  try {
    const files = ["a", "b"].map((name) => ({ path: `${folder}/${name}`, text: `${name}\n` }));
    const once = { overwrite: false, advice: "choose another" };
    writeFiles(files, once);
    assertEquals(list(), ["a", "b"]);
    assertEquals(await Deno.readTextFile(`${folder}/b`), "b\n");
    assertEquals((await Deno.stat(`${folder}/a`)).mode! & 0o777, 0o600);

    await Deno.remove(`${folder}/a`);
    const again = assertThrows(() => writeFiles(files, once), OperatorError);
    assert(
      again.message.startsWith(`${folder}/b: exists already; nothing was written: choose another`),
    );
    assertEquals(list(), ["b"], "not even the one that did not exist");

    await Deno.chmod(`${folder}/b`, 0o644);
    writeFiles(files.map(({ path }) => ({ path, text: "new" })), { ...once, overwrite: true });
    assertEquals(await Deno.readTextFile(`${folder}/b`), "new");
    assertEquals((await Deno.stat(`${folder}/b`)).mode! & 0o777, 0o600);

    const nowhere = { path: `${folder}/none/c`, text: "" };
    const failed = assertThrows(
      () => writeFiles([{ path: `${folder}/c`, text: "" }, nowhere], once),
      OperatorError,
    );
    assertEquals(failed.exitStatus, EXIT.resource);
    assertEquals(
      failed.message,
      `${folder}/none/c: cannot be written: no such directory; make it first`,
    );
    assertEquals(list(), ["a", "b"], "no part of a failed attempt stays");
    writeFiles([{ path: `${folder}/card`, text: "", public: true }], once);
    assertEquals((await Deno.stat(`${folder}/card`)).mode! & 0o177, 0o044 & ~Deno.umask());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
