/**
 * The get program: what was decided in one instance.
 *
 * @module
 */

import { countMembers, membersOf } from "../../lib/core/acceptor_set.ts";
import { entangled } from "../../lib/core/learner_graph.ts";
import type { LearnerIndex, ValueHash } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { connectToAcceptor } from "../../lib/process/acceptor_client.ts";
import type { Configuration, Identity } from "../../lib/config/configuration.ts";
import { Hearsay } from "../../lib/core/hearsay.ts";
import type { Decision } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { chosenLearners, INSTANCE_MAX, LEARNER_FLAG } from "./instances.ts";
import { valueJson, valueText } from "./printing.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** See the module. */
export const get: Command = defineCommand({
  name: "get",
  summary: "Ask what was decided in one instance",
  description:
    "Asks all acceptors what the learners decided in an instance, and prints for each learner the " +
    "value that so many acceptors report that, as long as the learner was promised anything, one " +
    "of them is honest. No message is fetched or checked, so the answer takes no longer however " +
    "many instances there are; for an answer that trusts nobody run a learner. Waits for a " +
    "decision that is yet to come until the time is over.",
  flags: [
    ...OUTPUT_FLAGS,
    {
      name: "instance",
      kind: "bigint",
      value: "NUMBER",
      min: 0n,
      max: INSTANCE_MAX,
      required: true,
      help: "the instance",
    },
    LEARNER_FLAG,
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 7 * 24 * 3600 * 1000,
      default: 5_000,
      help: "wait so long for answers, and for a decision",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "--instance 7 client.json", does: "what every learner decided in instance 7" },
    { args: "--instance 7 --learner Eve --json client.json", does: "Eve's decision, for a script" },
  ],
  exits: [
    { status: EXIT.ok, means: "every learner chosen has decided" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "learners that were to agree decided differently" },
    { status: EXIT.timeout, means: "not every learner chosen has decided, as far as is known" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  const { instance, timeout } = flags;
  const { names } = chosenLearners(flags, configuration);
  const asking = new Asking(configuration, instance, names);
  const failures = await asking.ask(timeout);
  for (const name of names) print(output, configuration, instance, name, asking.of(name));
  if (asking.disagrees()) {
    const what = `learners that were to agree decided differently in instance ${instance}`;
    throw new OperatorError(EXIT.disagreement, what);
  }
  const missing = names.filter((name) => asking.of(name).believed.length === 0);
  if (missing.length === 0) return EXIT.ok;
  throw new OperatorError(
    EXIT.timeout,
    `instance ${instance} is not decided for ${missing.join(", ")}, as far as ` +
      `${configuration.acceptors.length - failures.length} of ${configuration.acceptors.length} ` +
      ["acceptors say", ...failures].join("; "),
    "--timeout",
  );
});

/** Asks all acceptors at once, until enough have answered. */
class Asking {
  readonly #configuration: Configuration;
  readonly #instance: bigint;
  readonly #names: readonly string[];
  readonly #heard: ReadonlyMap<string, Hearsay>;

  constructor(configuration: Configuration, instance: bigint, names: readonly string[]) {
    const { graph } = configuration;
    this.#configuration = configuration;
    this.#instance = instance;
    this.#names = names;
    this.#heard = new Map(
      names.map((name) => [name, new Hearsay(graph, graph.spec.learners.indexOf(name))]),
    );
  }

  /** What is said of a learner. */
  of(name: string): Hearsay {
    return this.#heard.get(name)!;
  }

  /** Waits for answers about every learner; returns who could not be asked, and why. */
  async ask(timeoutMs: number): Promise<string[]> {
    const done = new AbortController();
    const limit = AbortSignal.any([done.signal, AbortSignal.timeout(timeoutMs)]);
    const failures: string[] = [];
    const { acceptors, graph } = this.#configuration;
    await Promise.all(acceptors.map(async (acceptor) => {
      const index = graph.spec.acceptors.indexOf(acceptor.name);
      try {
        for await (const decision of this.#watch(acceptor, limit, timeoutMs)) {
          this.#take(index, decision);
          if (this.#names.every((name) => this.of(name).believed.length > 0)) done.abort();
        }
      } catch (error) {
        if (limit.aborted) return;
        failures.push(`${acceptor.name}: ${reasonOf(error)}`);
      }
    }));
    return failures;
  }

  async *#watch(acceptor: Identity, signal: AbortSignal, connectTimeoutMs: number) {
    const client = connectToAcceptor(this.#configuration, acceptor, { connectTimeoutMs });
    try {
      yield* client.watchDecisions(
        { instances: [this.#instance], learners: [...this.#names] },
        signal,
      );
    } finally {
      client.close();
    }
  }

  /** An acceptor may say anything: only what fits together counts. */
  #take(acceptor: number, { learner, instance, ballot, value }: Decision): void {
    const heard = this.#heard.get(learner);
    if (heard === undefined || instance !== this.#instance) return;
    const claimed = toHex(ballot?.valueHash ?? new Uint8Array()) as ValueHash;
    if (value !== undefined && hashValue(value) !== claimed) return;
    heard.take(acceptor, claimed, value);
  }

  /** Whether two learners that must agree as long as all are safe are said to have differed. */
  disagrees(): boolean {
    const { graph } = this.#configuration;
    const all = (1n << BigInt(graph.acceptorCount)) - 1n;
    const found = this.#names.flatMap((name) =>
      this.of(name).believed.map(({ valueHash }) => ({
        learner: graph.spec.learners.indexOf(name) as LearnerIndex,
        valueHash,
      }))
    );
    return found.some((a) =>
      found.some((b) => a.valueHash !== b.valueHash && entangled(graph, a.learner, b.learner, all))
    );
  }
}

function print(
  output: Output,
  { graph: { spec: { acceptors } } }: Configuration,
  instance: bigint,
  learner: string,
  { believed }: Hearsay,
): void {
  for (const { value, valueHash, reporters } of believed) {
    const reportedBy = membersOf(reporters).map((index) => acceptors[index]!);
    output.emit(
      { event: "decision", learner, instance, ...valueJson(value), valueHash, reportedBy },
      [
        { paint: "bold", text: learner },
        ` decided in instance ${instance}: `,
        { paint: "green", text: valueText(value) },
        ` (hash ${valueHash}, as ${
          countMembers(reporters)
        } of ${acceptors.length} acceptors say: ` +
        `${reportedBy.join(", ")})`,
      ],
    );
  }
}
