/**
 * Where a program answers probes.
 *
 * @module
 */

import { formatHostPort, type HostPort, parseHostPort } from "../../lib/config/addresses.ts";
import type { RunningProcess } from "../../lib/process/process.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import type { Output } from "../output.ts";

/** Whether, and where, to answer probes. */
export const PROBE_FLAG = {
  name: "probe",
  kind: "text",
  value: "[HOST:]PORT",
  help: "answer /livez, /readyz and /metrics there by plain HTTP, to whoever asks",
} as const;

/** Answers probes for a process that has started without, and prints where. */
export async function answerProbes(
  running: RunningProcess,
  at: HostPort,
  output: Output,
): Promise<void> {
  const probed = await running.openProbe(at);
  output.emit({ event: "probed", ...probed }, [`answers probes on ${formatHostPort(probed)}`]);
}

/** Where probes are answered; a port alone is one of loopback. */
export function probeAt(text: string | undefined): HostPort | undefined {
  if (text === undefined) return undefined;
  const at = parseHostPort(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);
  if (at !== undefined) return at;
  const what = `${JSON.stringify(text)} is no HOST:PORT; give one as 127.0.0.1:8780, or a port`;
  throw new OperatorError(EXIT.usage, what, "--probe");
}
