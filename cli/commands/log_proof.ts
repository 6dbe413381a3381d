/**
 * `hetpaxos log proof` and `hetpaxos log verify`.
 *
 * @module
 */

import { ClientError } from "../../lib/client/errors.ts";
import { verifyDocument } from "../../lib/client/log_prove.ts";
import type { VerifiedEntry } from "../../lib/client/log_types.ts";
import { readCluster } from "../../lib/config/cluster_configuration.ts";
import { logContextOf } from "../../lib/config/log_context.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, toJsonLine, writeText } from "../output.ts";
import {
  checkForce,
  DOCUMENT_POSITIONALS,
  documentFiles,
  DOCUMENTS_EXIT,
  readDocuments,
  writeWhole,
} from "./evidence_files.ts";
import {
  ANSWER_TIMEOUT_FLAG,
  asClient,
  ONE_LEARNER_FLAG,
  oneLearner,
  requireLog,
} from "./log_shared.ts";
import { valueJson } from "./printing.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** What `event` is in the line of a document; not a part of the document. */
const DOCUMENT_EVENT = "proof";

/** Fetches a proof. */
export const logProof: Command = defineCommand({
  name: "proof",
  summary: "Print what proves an entry to anybody",
  description:
    "Asks the acceptors for a document that proves what a learner decided at a position, checks " +
    "it, and prints it: one line of JSON. Whoever has the configuration verifies it without any " +
    "network, by hetpaxos log verify, in a browser or by a program of their own.",
  flags: [
    ...OUTPUT_FLAGS,
    ONE_LEARNER_FLAG,
    {
      name: "out",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "write it to this file instead",
    },
    { name: "force", kind: "boolean", help: "replace the file if it exists" },
    ANSWER_TIMEOUT_FLAG,
  ],
  positionals: [{ name: "POSITION", help: "which entry, from 0" }, CONFIG_POSITIONAL],
  examples: [
    { args: "12 client.json", does: "what proves entry 12" },
    { args: "12 --learner Eve --out 12.json client.json", does: "write Eve's into a file" },
  ],
  exits: [
    { status: EXIT.ok, means: "printed" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "no such entry yet, no certificate above it yet, or no answer" },
    { status: EXIT.lost, means: "the entry is kept no more; the message says what is" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [text, ...rest] = positionals;
  if (!/^\d{1,15}$/.test(text!)) {
    throw new OperatorError(EXIT.usage, "is no position: a whole number from 0 on", text);
  }
  checkForce(flags);
  const configuration = await loadFor(rest, () => {});
  requireLog(configuration);
  const learner = oneLearner(flags.learner, configuration);
  const { timeout: timeoutMs, out, force } = flags;
  const position = Number(text);
  const document = await asClient(
    configuration,
    timeoutMs,
    (client) => client.proof(position, { learner, timeoutMs }),
  );
  const line = `${
    toJsonLine({ event: DOCUMENT_EVENT, ...JSON.parse(JSON.stringify(document)) })
  }\n`;
  if (out === undefined) writeText(stdout, line);
  else {
    writeWhole(out, line, force);
    const signers = document.certificate.statements.map(({ signer }) => signer);
    output.emit({ event: "written", file: out, learner, position, signers }, [
      `${out}: entry ${position} of ${learner}, certified by ${signers.join(", ")}`,
    ]);
  }
  return EXIT.ok;
});

/** Verifies proofs offline. */
export const logVerify: Command = defineCommand({
  name: "verify",
  summary: "Check proofs, without any network, and print what they prove",
  description:
    "Checks documents that hetpaxos log proof made, whoever brings them, and prints what they " +
    "prove: that the learner, if it is accurate, decided this and nothing else at this position. " +
    "No private key, network or journal is used. One that proves nothing ends it.",
  flags: OUTPUT_FLAGS,
  positionals: DOCUMENT_POSITIONALS,
  examples: [{ args: "12.json cluster.json", does: "what 12.json proves" }],
  exits: [
    { status: EXIT.ok, means: "all are proved" },
    ...COMMON_EXITS,
    DOCUMENTS_EXIT,
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const { files, config } = documentFiles(positionals);
  const configuration = await readCluster(config);
  requireLog(configuration);
  const context = logContextOf(configuration)!;
  for (const file of files) {
    for await (const { json, where } of readDocuments(file)) {
      try {
        print(output, where, verifyDocument(context, json));
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        throw new OperatorError(EXIT.evidence, error.message, where);
      }
    }
  }
  return EXIT.ok;
});

function print(output: Output, where: string, proved: VerifiedEntry): void {
  const { learner, position, kind, records, signers } = proved;
  output.emit({
    ...{ event: "verified", where, learner, position, kind, signers: [...signers] },
    records: records.map(({ client, sequence, payload }) => ({
      ...{ client, sequence },
      ...valueJson(payload),
    })),
  }, [
    `${where}: `,
    { paint: "green", text: "proved" },
    `: entry ${position} of ${learner} is ` +
    (kind === "closed" ? "closed: never decided" : `decided, with ${records.length} records`) +
    `; certified by ${signers.join(", ")}`,
  ]);
  for (const { client, sequence, payload } of records) {
    output.say([`  ${valueText(payload)}`, { paint: "dim", text: ` (${client} ${sequence})` }]);
  }
}
