/**
 * Whether Deno exports OpenTelemetry's spans, and what is told then.
 *
 * @module
 */

import type { Node } from "../node/node.ts";

/** Where Deno puts what exports spans, if the environment says OTEL_DENO=true. */
const EXPORTER = Symbol.for("opentelemetry.js.api.1");

/**
 * Begins to tell spans of ballots, if they are exported. What makes them is loaded only then.
 *
 * @returns what ends those that are open, when it is loaded.
 */
export async function spansOf(node: Node): Promise<() => void> {
  if (!(EXPORTER in globalThis)) return () => {};
  const { spanBallots } = await import("./spans.ts");
  return spanBallots(node);
}
