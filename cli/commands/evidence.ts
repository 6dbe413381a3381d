/**
 * `hetpaxos evidence`: what proves that an acceptor equivocated, out of a journal, and verified by
 * anybody who has the configuration.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { setOf } from "../../lib/core/acceptor_set.ts";
import {
  type ClusterConfiguration,
  type Configuration,
  readConfiguration,
} from "../../lib/config/configuration.ts";
import { readCluster } from "../../lib/config/cluster_configuration.ts";
import {
  type Agreement,
  agreementWithout,
  type Equivocation,
  evidenceOf,
  type LearnerPair,
  verifyEvidence,
} from "../../lib/evidence/evidence.ts";
import { isEvidenceFlaw } from "../../lib/evidence/evidence_json.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { type Journal, JournalError, type JournalEvidence } from "../../lib/store/journal.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand, defineGroup } from "../command.ts";
import { nearest } from "../nearest.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, toJsonLine, writeText } from "../output.ts";
import {
  checkForce,
  DOCUMENT_EVENT,
  DOCUMENT_POSITIONALS,
  documentFiles,
  DOCUMENTS_EXIT,
  readDocuments,
  writeWhole,
} from "./evidence_files.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, DATA_DIR_FLAG } from "./shared.ts";

const INSTANCE_MAX = 2n ** 64n - 1n;

/** Flags that choose a journal and what of its evidence is meant. */
const JOURNAL_FLAGS = [
  DATA_DIR_FLAG,
  {
    name: "instance",
    kind: "bigint",
    value: "NUMBER",
    min: 0n,
    max: INSTANCE_MAX,
    help: "only equivocations in this instance",
  },
  { name: "acceptor", kind: "text", value: "NAME", help: "only those of this acceptor" },
] as const;

interface JournalFlags {
  readonly "data-dir": string | undefined;
  readonly instance: bigint | undefined;
  readonly acceptor: string | undefined;
}

const list: Command = defineCommand({
  name: "list",
  summary: "show who has been caught, in which instance",
  description:
    "Shows the equivocations that the journal of a process has kept: the instance, the " +
    "acceptor, and the ids of the two messages. The process must not be running.",
  flags: [...OUTPUT_FLAGS, ...JOURNAL_FLAGS],
  positionals: [CONFIG_POSITIONAL],
  examples: [{ args: "--data-dir alice alice.json", does: "whom Alice has caught" }],
  exits: [{ status: EXIT.ok, means: "shown, if there are any" }, ...COMMON_EXITS],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await readConfiguration(positionals[0]);
  const records = withJournal(configuration, flags, (_, records) => records);
  for (const { instance, acceptor, first, second } of records) {
    output.emit({ event: "equivocation", instance, acceptor, first, second }, [
      { paint: "red", text: acceptor },
      ` equivocated in instance ${instance}: ${first} and ${second}`,
    ]);
  }
  if (records.length === 0) output.say(["no equivocation of this kind is known here"]);
  return EXIT.ok;
});

const exportCommand: Command = defineCommand({
  name: "export",
  summary: "print what proves them, one JSON document a line",
  description: "Prints a JSON document for each equivocation that the journal of a process has " +
    "kept, with all that is needed to verify it: both messages, their canonical bytes and " +
    "signatures, the acceptor's public key, the digest of the configuration. Each is verified " +
    "before anything is printed. The process must not be running.",
  flags: [
    ...OUTPUT_FLAGS,
    ...JOURNAL_FLAGS,
    {
      name: "out",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "write them to this file instead",
    },
    { name: "force", kind: "boolean", help: "replace the file if it exists" },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "--data-dir alice alice.json", does: "print all that Alice can prove" },
    { args: "--acceptor Dave --out dave.jsonl alice.json", does: "write what she has on Dave" },
  ],
  exits: [
    { status: EXIT.ok, means: "printed" },
    ...COMMON_EXITS,
    { status: EXIT.evidence, means: "there is nothing to print" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  checkForce(flags);
  const configuration = await readConfiguration(positionals[0]);
  const lines = withJournal(
    configuration,
    flags,
    (journal, records) => records.map((record) => documentLine(configuration, journal, record)),
  );
  if (lines.length === 0) {
    throw new OperatorError(EXIT.evidence, "no equivocation of this kind is known here");
  }
  if (flags.out === undefined) writeText(stdout, lines.join(""));
  else {
    writeWhole(flags.out, lines.join(""), flags.force);
    output.emit({ event: "written", file: flags.out, documents: lines.length }, [
      `${flags.out}: ${lines.length} proved`,
    ]);
  }
  return EXIT.ok;
});

const verify: Command = defineCommand({
  name: "verify",
  summary: "check documents, and say what they prove and whose agreement it voids",
  description: "Checks documents that export made, whoever brings them: that both messages of " +
    "each are whole, different, of one instance, after the same message, and signed by the " +
    "acceptor that is accused, under this configuration. Then says which pairs of learners need " +
    "not agree any more, for each acceptor alone and for all of them together. No private key, " +
    "network or journal is used. One document that proves nothing ends it; then nothing is printed.",
  flags: OUTPUT_FLAGS,
  positionals: DOCUMENT_POSITIONALS,
  examples: [
    { args: "dave.jsonl alice.json", does: "whether dave.jsonl proves what it says" },
    { args: "*.jsonl alice.json", does: "the same for several files, and for all together" },
  ],
  exits: [
    { status: EXIT.ok, means: "all are proved" },
    ...COMMON_EXITS,
    DOCUMENTS_EXIT,
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const { files, config } = documentFiles(positionals);
  const configuration = await readCluster(config);
  const proved: Proved[] = [];
  for (const file of files) {
    for await (const { json, where } of readDocuments(file)) {
      const found = verifyEvidence(configuration, json);
      if (isEvidenceFlaw(found)) throw new OperatorError(EXIT.evidence, found.detail, where);
      proved.push({ ...found, where });
    }
  }
  report(output, configuration, proved);
  return EXIT.ok;
});

/** The group. */
export const evidence: Command = defineGroup({
  name: "evidence",
  summary: "Prove to others that an acceptor equivocated",
  description:
    "An acceptor that signs two messages in the same place has broken the protocol, and " +
    "the two messages prove it to anybody. These commands take them out of the journal of a " +
    "process that does not run, and verify them.",
}, [list, exportCommand, verify]);

/** What is chosen by flags of what a journal has kept, while the journal is open. */
function withJournal<T>(
  configuration: Configuration,
  flags: JournalFlags,
  use: (journal: Journal, records: readonly JournalEvidence[]) => T,
): T {
  checkAcceptor(configuration, flags.acceptor);
  const dataDir = flags["data-dir"] ?? configuration.dataDir;
  if (dataDir === undefined) {
    const what = "is missing, and the configuration has no dataDir: say where the journal is";
    throw new OperatorError(EXIT.usage, what, "--data-dir");
  }
  // Opening would make one.
  if (!existsSync(join(dataDir, "journal.sqlite"))) {
    throw new OperatorError(EXIT.resource, "there is no journal in this folder", dataDir);
  }
  const journal = openJournal(configuration, dataDir);
  try {
    const { instance, acceptor } = flags;
    const records = journal.evidence().filter((record) =>
      (instance === undefined || record.instance === instance) &&
      (acceptor === undefined || record.acceptor === acceptor)
    );
    return use(journal, records);
  } catch (error) {
    if (error instanceof JournalError) throw new OperatorError(EXIT.resource, error.message);
    throw error;
  } finally {
    journal.close();
  }
}

function checkAcceptor({ acceptors }: Configuration, name: string | undefined): void {
  const names = acceptors.map((acceptor) => acceptor.name);
  if (name === undefined || names.includes(name)) return;
  const guess = nearest(name, names);
  const hint = guess === undefined ? `there are ${names.join(", ")}` : `perhaps ${guess}`;
  const what = `the configuration has no acceptor "${name}"; ${hint}`;
  throw new OperatorError(EXIT.usage, what, "--acceptor");
}

function documentLine(
  configuration: Configuration,
  journal: Journal,
  record: JournalEvidence,
): string {
  const document = evidenceOf(configuration, journal, record);
  if (!isEvidenceFlaw(document)) return `${toJsonLine({ event: DOCUMENT_EVENT, ...document })}\n`;
  const { acceptor, instance } = record;
  const what =
    `what the journal has against ${acceptor} in instance ${instance} ${document.detail}`;
  throw new OperatorError(EXIT.evidence, what);
}

interface Proved extends Equivocation {
  /** The document. */
  readonly where: string;
}

function report(output: Output, { graph }: ClusterConfiguration, proved: readonly Proved[]): void {
  for (const { where, instance, acceptor, index, first, second, prev } of proved) {
    const agreement = agreementWithout(graph, setOf([index]));
    const event = { event: "proved", where, instance, acceptor, first, second, prev: prev ?? null };
    output.emit({ ...event, voided: agreement.voided }, [
      `${where}: `,
      { paint: "green", text: "proved" },
      `: ${acceptor} equivocated in instance ${instance}; it signed ${first} and ${second}, ` +
      (prev === undefined ? "each as its first message" : `both after ${prev}`),
    ]);
    output.say([`  ${inWords(acceptor, agreement)}`]);
  }
  const indices = [...new Set(proved.map(({ index }) => index))].toSorted((a, b) => a - b);
  const names = indices.map((index) => graph.spec.acceptors[index]!);
  const agreement = agreementWithout(graph, setOf(indices));
  output.emit({ event: "together", acceptors: names, ...agreement }, [
    { paint: "bold", text: "together" },
    `: ${inWords(names.join(", "), agreement)}`,
  ]);
}

function inWords(names: string, { voided, kept }: Agreement): string {
  const still = kept.length === 0 ? "nobody need agree any more" : `still to: ${pairs(kept)}`;
  return voided.length === 0
    ? `without ${names} all that had to agree still have to`
    : `without ${names} these need not agree any more: ${pairs(voided)}; ${still}`;
}

function pairs(list: readonly LearnerPair[]): string {
  return list.map(([a, b]) => a === b ? `${a} with itself` : `${a} with ${b}`).join(", ");
}
