/**
 * The demonstration: real clusters on this machine, shown to somebody who has never heard of Paxos.
 *
 * @module
 */

import { type ClusterPlan, planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { Children, type Line } from "../demo/child.ts";
import { DemoCluster } from "../demo/cluster.ts";
import { makeOutput, type Output, type Span } from "../output.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";

/** The demonstration gives up after so long, in milliseconds. */
const PATIENCE_MS = 30_000;

/** A signal that ends the children too, as Ctrl-C does, comes so long after at most, in milliseconds. */
const SIGNAL_MS_MAX = 1_000;

const WITNESSES = ["Bob", "Carol", "Dave"];

/** Two companies, each with a machine of its own, and three witnesses whom both trust by majority. */
export const TWO_COMPANIES: ClusterPlan = {
  acceptors: ["Alice", ...WITNESSES, "Erin"],
  learners: { Red: insistsOn("Alice"), Blue: insistsOn("Erin") },
  safetySets: {
    Red: {
      safetySets: {
        Red: { quorums: [{ names: ["Alice"] }] },
        Blue: { quorums: [{ names: WITNESSES }] },
      },
    },
    Blue: { safetySets: { Blue: { quorums: [{ names: ["Erin"] }] } } },
  },
  promise: "Red and Blue agree while all three witnesses are honest",
};

function insistsOn(own: string): ClusterPlan["learners"][string] {
  return { quorums: [{ threshold: 2, of: [own, { threshold: 2, of: WITNESSES }] }] };
}

/** Shows on this machine what the protocol can do. */
export const demo: Command = defineCommand({
  name: "demo",
  summary: "Start clusters on this machine and watch them decide",
  description:
    "Generates keys and configurations in a temporary folder, starts acceptors, learners " +
    "and proposers as processes that talk over mutual TLS on loopback, and shows what they say to " +
    "each other. Leaves nothing behind.",
  flags: [],
  exits: [
    { status: EXIT.ok, means: "everything was decided as it should" },
    { status: EXIT.timeout, means: "something was not, within 30 seconds" },
  ],
}, async ({ stdout }) => {
  const output = makeOutput({ json: false, text: true }, stdout);
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_demo_" });
  const show = new Show(output, folder);
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    patience.reject(new OperatorError(EXIT.timeout, `not finished after ${PATIENCE_MS / 1000} s`));
  }, PATIENCE_MS);
  const interrupted = Promise.withResolvers<true>();
  const interrupt = () => interrupted.resolve(true);
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, interrupt);
  const running = show.run();
  const shown = running.catch(async (error) => {
    const late = new Promise<false>((resolve) => setTimeout(resolve, SIGNAL_MS_MAX, false));
    if (!await Promise.race([interrupted.promise, late])) throw error;
  });
  try {
    await Promise.race([shown, patience.promise, interrupted.promise]);
    return EXIT.ok;
  } finally {
    clearTimeout(timer);
    await show.stop();
    // It cannot go on any more, but may have been about to write into the folder.
    await running.catch(() => {});
    await Deno.remove(folder, { recursive: true });
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, interrupt);
  }
});

class Show {
  readonly #output: Output;
  readonly #folder: string;
  readonly #children = new Children();

  constructor(output: Output, folder: string) {
    this.#output = output;
    this.#folder = folder;
  }

  async run(): Promise<void> {
    const startedMs = performance.now();
    const four = await this.#fourEqualAcceptors();
    await this.#exactlyAQuorum(four);
    await this.#twoCompanies();
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    this.#say();
    this.#say(`Done in ${seconds} s; the processes are stopped and their files removed.`);
  }

  async stop(): Promise<void> {
    await this.#children.stop();
  }

  async #fourEqualAcceptors(): Promise<DemoCluster> {
    this.#title("1. Four acceptors decide one value");
    this.#say("Alice, Bob, Carol and Dave are four processes with a key each; they talk over TLS.");
    this.#say(
      "Eve is a learner: for her, a value is decided when any three of the four vote for it.",
    );
    this.#say("One of the four may lie and Eve still cannot be made to believe two things.");
    const cluster = await DemoCluster.start(
      planHomogeneous(["Alice", "Bob", "Carol", "Dave"], ["Eve"], { byzantine: 1, crash: 0 }),
      this.#folder,
      this.#children,
    );
    this.#say();
    await this.#decide(cluster, 0, "meet at noon", ["Eve"]);
    return cluster;
  }

  async #exactlyAQuorum(cluster: DemoCluster): Promise<void> {
    this.#title("2. Dave's power fails; three are still enough");
    await cluster.kill("Dave");
    this.#say("Dave is gone. What is decided next is another instance: a decision of its own.");
    this.#say();
    await this.#decide(cluster, 1, "meet without Dave", ["Eve"]);
    await cluster.stop();
  }

  async #twoCompanies(): Promise<void> {
    this.#title("3. Two companies that trust different machines");
    this.#say("Red decides with Alice and two of the witnesses Bob, Carol, Dave.");
    this.#say("Blue decides with Erin and two of the same witnesses.");
    this.#say("Neither trusts the other's machine, and yet both decide the same thing.");
    const cluster = await DemoCluster.start(TWO_COMPANIES, this.#folder, this.#children);
    this.#say();
    await this.#decide(cluster, 0, "ship 100 bolts for 5 coins", ["Blue", "Red"]);
  }

  /** Proposes a value and shows what a learner process hears until the learners have decided. */
  async #decide(
    cluster: DemoCluster,
    instance: number,
    value: string,
    learners: readonly string[],
  ): Promise<void> {
    const chosen = ["--instance", String(instance)];
    const listener = cluster.run("learner", "--messages", ...chosen);
    const proposer = cluster.run("proposer", ...chosen, "--value", value);
    const open = new Set(learners);
    let startMs: number | undefined;
    let shown = 0;
    await listener.line((line) => {
      startMs ??= performance.now();
      this.#timeline(performance.now() - startMs, line);
      shown++;
      if (line.event === "decision") open.delete(String(line.learner));
      return open.size === 0;
    });
    const { status, errors } = await proposer.ended();
    if (!status.success) throw new Error(`the proposer failed: ${errors}`);
    const decided = listener.lines.slice(0, shown).filter(({ event }) => event === "decision");
    if (decided.some((line) => line.value !== value)) {
      throw new Error(`something else than ${JSON.stringify(value)} was decided`);
    }
    listener.kill("SIGTERM");
    await listener.ended();
  }

  #timeline(ms: number, line: Line): void {
    const names = (list: unknown) => (list as string[]).join(", ");
    const [label, words] = ((): [string, string] => {
      switch (line.event) {
        case "1a":
          return ["1a", `proposer: I propose ${JSON.stringify(line.value)}`];
        case "1b":
          return ["1b", `${line.from}: I have seen it, and nothing binds me to another value`];
        case "2a":
          return [
            "2a",
            `${line.from}: enough of us have, so I vote for it, for ${names(line.learners)}`,
          ];
        case "decision":
          return [
            "decided",
            `${line.learner}: ${JSON.stringify(line.value)}, by the votes of ` +
            names(line.signers),
          ];
        default:
          return [String(line.event), JSON.stringify(line)];
      }
    })();
    this.#say(
      { paint: "dim", text: `${ms.toFixed(1).padStart(8)} ms  ` },
      { paint: line.event === "decision" ? "green" : "cyan", text: label.padEnd(8) },
      words,
    );
  }

  #title(text: string): void {
    this.#say();
    this.#say({ paint: "bold", text });
  }

  #say(...spans: readonly Span[]): void {
    this.#output.say(spans);
  }
}
