/**
 * `hetpaxos config generate`: the configuration files of a new cluster.
 *
 * @module
 */

import type { ClusterPlan } from "../lib/config/cluster_plan.ts";
import { loadConfiguration } from "../lib/config/configuration.ts";
import { generateConfigs, type GeneratedFile } from "../lib/config/generate.ts";
import { writeFiles } from "../lib/config/write_files.ts";
import { formatHostPort, parseHost } from "../lib/config/addresses.ts";
import { toHex } from "../lib/wire/hex.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { quote } from "../lib/wire/place.ts";
import { type Command, defineCommand } from "./command.ts";
import { IDENTITY_FLAGS, planWithClients, PRESET_FLAGS } from "./config_members.ts";
import { PLAN_FLAGS } from "./config_plan.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "./output.ts";

/** Said last, so that it is read. */
const NOTE = "for trying things out: all private keys were made here; parties that do not trust " +
  "each other use key new and config join";

const FLAGS = [
  ...PRESET_FLAGS,
  ...PLAN_FLAGS,
  {
    name: "host",
    kind: "list",
    value: "HOST",
    help: "DNS name or IP address; several (or one with commas) are taken in turn; localhost if " +
      "not given",
  },
  {
    name: "base-port",
    kind: "integer",
    value: "PORT",
    min: 1,
    max: 65_535,
    default: 8700,
    help: "port of the first acceptor on each host; the next on it has the next port",
  },
  ...IDENTITY_FLAGS,
  { name: "force", kind: "boolean", help: "overwrite files that exist, private keys included" },
  ...OUTPUT_FLAGS,
] as const;

/** The command. */
export const configGenerate: Command = defineCommand({
  name: "generate",
  summary: "make the configuration files of a new cluster, keys included, to try things out",
  description: "For trying things out: this machine makes the private keys of all, so " +
    "whoever has it can speak for all. Parties that do not trust each other make their keys " +
    "apart (hetpaxos key new) and join what is public (hetpaxos config join). Writes " +
    "PREFIX_0_config.json for the first acceptor, PREFIX_1_config.json for the " +
    "second and so on, and PREFIX_client_0_config.json for the first client. With n acceptors, F " +
    "of them Byzantine and C crashed, a quorum is any n-F-C acceptors and a safe set any n-F; n " +
    "must be at least 3F+2C+1. Each file holds the private key of its identity: it is readable " +
    "by its owner only, and goes to the machine of that identity and nowhere else.",
  flags: FLAGS,
  positionals: [{
    name: "PREFIX",
    help: "how the names of the files begin: my, conf/test",
    offers: "file",
  }],
  examples: [
    { args: "my", does: "Four acceptors on localhost, ports 8700 to 8703; one may be Byzantine." },
    {
      args: "conf/x --acceptors 7 --byzantine 1 --crash 1 --host a.example,b.example --clients 1",
      does: "Seven acceptors on two hosts, and an identity for a learner or a proposer.",
    },
    { args: "chains --preset two-chain", does: "Two learners that trust different acceptors." },
  ],
  exits: [
    { status: EXIT.usage, means: "a flag is wrong, or a file exists already" },
    { status: EXIT.resource, means: "a file cannot be written" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const prefix = positionals[0]!;
  const output = makeOutput(flags, stdout);
  const plan = planWithClients(flags, flags.clients);
  const files = await generateConfigs(plan, {
    hosts: hostsOf(flags.host),
    basePort: flags["base-port"],
    clients: flags.clients,
    keyKind: flags["key-type"],
    rules: flags.rules,
    log: flags.log,
  });
  const written = files.map((file) => ({
    ...file,
    path: `${prefix}${file.suffix}`,
    text: `${JSON.stringify(file.config, undefined, 2)}\n`,
  }));
  // What is generated must load; better to learn it here than from a process.
  const { digest } = loadConfiguration(written[0]!.text, written[0]!.path);
  writeFiles(written, {
    overwrite: flags.force,
    advice: "choose another PREFIX, or --force to overwrite",
  });
  report(output, written, plan, toHex(digest.whole));
  return EXIT.ok;
});

function learnersOf(plan: ClusterPlan): string[] {
  return Object.keys(plan.learners);
}

function hostsOf(given: readonly string[]): string[] {
  const texts = given.length === 0 ? ["localhost"] : given.flatMap((text) => text.split(","));
  return texts.map((text) =>
    parseHost(text) ?? usage("--host", `${quote(text)} is neither a DNS name nor an IP address`)
  );
}

function report(
  output: Output,
  files: readonly (GeneratedFile & { readonly path: string })[],
  plan: ClusterPlan,
  digest: string,
): void {
  for (const { path, name, client, host, port } of files) {
    const where = host === undefined || port === undefined
      ? "client"
      : formatHostPort({ host, port });
    output.emit({ event: "written", file: path, name, client, host, port }, [
      { paint: "bold", text: path },
      `  ${name}, ${where}`,
    ]);
  }
  const learners = learnersOf(plan);
  const counts = `${plan.acceptors.length} acceptors, learners ${learners.join(", ")}`;
  const { acceptors, promise } = plan;
  output.emit({ event: "generated", acceptors, learners, promise, digest, note: NOTE }, [
    `${counts}: ${promise}; digest ${digest.slice(0, 16)}…`,
  ]);
  output.say([{ paint: "yellow", text: NOTE }]);
}

function usage(flag: string, what: string): never {
  throw new OperatorError(EXIT.usage, what, flag);
}
