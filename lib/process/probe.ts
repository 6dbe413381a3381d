/**
 * What an orchestrator asks without a certificate: whether the process lives, whether it is ready,
 * and what it measures. Plain HTTP, on an address of its own.
 *
 * @module
 */

import { formatHostPort, type HostPort } from "../config/addresses.ts";
import type { Metrics } from "./metrics.ts";
import type { Measured } from "./metrics_table.ts";
import { servePlainly } from "./plain_http.ts";
import { whyNotReady } from "./readiness.ts";

/** What is told. */
export interface Probed {
  /** Why it is not ready; empty if it is. */
  whyNotReady(): readonly string[];
  /** What it measures. */
  readonly metrics: Metrics;
}

/** A probe that answers. */
export interface Probe {
  /** Where it listens. */
  readonly address: HostPort;
  /** Frees the port; settles when no call is being answered. */
  close(): Promise<void>;
}

const TEXT = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/**
 * Begins to answer for a process. What measures is loaded only now.
 *
 * @throws OperatorError (resource) if the address cannot be used.
 */
export async function openProbe(at: HostPort, measured: Measured): Promise<Probe> {
  const { newMetrics } = await import("./metrics.ts");
  const metrics = newMetrics(measured);
  return await startProbe(at, { whyNotReady: () => whyNotReady(measured), metrics });
}

/**
 * Begins to answer.
 *
 * @param at Port 0 lets the system choose.
 * @throws OperatorError (resource) if the address cannot be used.
 */
export async function startProbe(at: HostPort, probed: Probed): Promise<Probe> {
  const { address, server } = await servePlainly({
    at,
    flag: `--probe ${formatHostPort(at)}`,
    onError: () => new Response("internal error\n", { status: 500, headers: TEXT }),
  }, (request) => answer(request, probed));
  return { address, close: () => server.shutdown() };
}

async function answer(request: Request, probed: Probed): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("GET only\n", { status: 405, headers: { ...TEXT, allow: "GET, HEAD" } });
  }
  switch (pathname) {
    case "/livez":
      return new Response("ok\n", { headers: TEXT });
    case "/readyz": {
      const why = probed.whyNotReady();
      return why.length === 0
        ? new Response("ok\n", { headers: TEXT })
        : new Response(why.map((line) => `${line}\n`).join(""), { status: 503, headers: TEXT });
    }
    case "/metrics": {
      const { contentType } = probed.metrics;
      const text = await probed.metrics.text();
      return new Response(text, { headers: { ...TEXT, "content-type": contentType } });
    }
    default:
      return new Response("/livez, /readyz or /metrics\n", { status: 404, headers: TEXT });
  }
}
