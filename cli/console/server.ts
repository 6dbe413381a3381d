/**
 * The web server of a console: one page for one browser on this machine, at an address that cannot
 * be guessed.
 *
 * @module
 */

import type { Boot, Overview, ProposedView } from "../../lib/console/overview.ts";
import { visible } from "../../lib/wire/printable.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { servePlainly } from "../../lib/process/plain_http.ts";
import type { LogSource } from "./log.ts";
import { beginning } from "./page.ts";

/** What a page can be told. Streams are lines of a trace. */
export interface ConsoleSource {
  /** How the page begins. */
  readonly boot: Boot;
  /** A recording from its beginning; undefined if this is not one. */
  trace?(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How a live cluster is. */
  overview?(): Promise<Overview>;
  /** An instance from its beginning, and what comes; undefined if it is not known. */
  instance?(instance: bigint): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** The log, if there is one. */
  readonly log?: LogSource;
  /** Offers a value. */
  propose?(instance: bigint, value: string): Promise<ProposedView>;
}

/** A console that answers. */
export interface RunningConsole {
  /** Where its page is. Whoever knows it may look, and propose. */
  readonly url: string;
  /** Ends all answers, and frees the port. */
  close(): Promise<void>;
}

/** Loopback, in every way a browser may have been told it. */
const HOSTS = ["127.0.0.1", "localhost"] as const;

const TOKEN_BYTES = 16;

/** Longest body of a proposal, in bytes. */
const BODY_MAX = 64 * 1024;

/** Longest text of an acceptor that is shown, in UTF-16 units. */
const TEXT_MAX = 4_000;

/** Longest heading, in UTF-16 units. */
const TITLE_MAX = 400;

/** Largest instance number. */
const INSTANCE_MAX = 2n ** 64n - 1n;

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Begins to answer on 127.0.0.1.
 *
 * @param made The page, not yet told how to begin.
 * @param port 0 lets the system choose.
 * @throws OperatorError (resource) if the port cannot be used.
 */
export async function serveConsole(
  source: ConsoleSource,
  made: string,
  port: number,
): Promise<RunningConsole> {
  const { boot } = source;
  const page = beginning(made, { ...boot, title: visible(boot.title, TITLE_MAX) });
  const token = toHex(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  const over = new AbortController();
  const [host] = HOSTS;
  const { address, server } = await servePlainly({
    at: { host, port },
    flag: `--port ${port}`,
    signal: over.signal,
    onError: () => refuse(500, "internal error"),
  }, (request) => answer(request, source, { token, page, port: address.port }));
  const close = async () => {
    over.abort();
    await server.finished;
  };
  return { url: `http://${host}:${address.port}/${token}/`, close };
}

interface Served {
  readonly token: string;
  readonly page: string;
  readonly port: number;
}

/** Answers whoever knows the address and asks for it by its own name: pages of others do not. */
async function answer(request: Request, source: ConsoleSource, served: Served): Promise<Response> {
  const { token, page, port } = served;
  const { pathname, host } = new URL(request.url);
  if (!HOSTS.some((name) => host === `${name}:${port}`)) return refuse(421, "not here");
  const [, given, ...rest] = pathname.split("/");
  if (given !== token || rest.length === 0) {
    return refuse(404, "use the whole address that hetpaxos console printed");
  }
  const [what, which = ""] = rest;
  if (what === "propose" && rest.length === 1) return await proposed(request, source, host);
  if (what === "append" && rest.length === 1) return await appended(request, source, host);
  if (request.method !== "GET") return refuse(405, "GET only");
  if (what === "" && rest.length === 1) return respond(page, "text/html; charset=utf-8");
  if (what === "trace" && source.trace !== undefined) return respond(source.trace());
  if (what === "overview" && source.overview !== undefined) {
    return respond(shownJson(await source.overview()), "application/json");
  }
  if (what === "instance" && source.instance !== undefined) {
    const number = instanceOf(which);
    const stream = number === undefined ? undefined : source.instance(number);
    return stream === undefined
      ? refuse(404, `instance ${which.slice(0, 20)} is not known here, or not any more`)
      : respond(stream);
  }
  if (source.log !== undefined && rest.length === 3) {
    const [learner, position] = [decodeURIComponent(which), Number(rest[2])];
    if (!Number.isSafeInteger(position)) return refuse(404, "not a position");
    if (what === "log") {
      return respond(shownJson(await source.log.entries(learner, position)), "application/json");
    }
    if (what === "proof") {
      const proof = await source.log.proof(learner, position);
      return respond(JSON.stringify(proof), "application/json");
    }
  }
  return refuse(404, "there is nothing of this name");
}

/** What a page has posted: an object; or why it is not taken. */
async function posted(
  request: Request,
  host: string,
): Promise<Readonly<Record<string, unknown>> | Response> {
  if (request.method !== "POST") return refuse(405, "POST only");
  // A page elsewhere cannot send JSON here without being asked first, and says where it is from.
  if (request.headers.get("origin") !== `http://${host}`) return refuse(403, "from elsewhere");
  if (request.headers.get("content-type") !== "application/json") return refuse(415, "not JSON");
  if (!(Number(request.headers.get("content-length")) <= BODY_MAX)) return refuse(413, "too long");
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) return refuse(400, "not an object");
  return body as Record<string, unknown>;
}

async function proposed(
  request: Request,
  { propose }: ConsoleSource,
  host: string,
): Promise<Response> {
  if (propose === undefined) return refuse(404, "there is no cluster to propose to");
  const body = await posted(request, host);
  if (body instanceof Response) return body;
  const { instance, value } = body;
  const number = typeof instance === "string" ? instanceOf(instance) : undefined;
  if (number === undefined) return refuse(400, "instance: not a number of an instance");
  if (typeof value !== "string") return refuse(400, "value: not a text");
  return respond(shownJson(await propose(number, value)), "application/json");
}

async function appended(request: Request, { log }: ConsoleSource, host: string): Promise<Response> {
  if (log === undefined) return refuse(404, "there is no log to append to");
  const body = await posted(request, host);
  if (body instanceof Response) return body;
  const { value } = body;
  if (typeof value !== "string") return refuse(400, "value: not a text");
  return respond(shownJson(await log.append(value)), "application/json");
}

function instanceOf(text: string): bigint | undefined {
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const number = BigInt(text);
  return number <= INSTANCE_MAX ? number : undefined;
}

/** As JSON, texts as they can be shown: acceptors say what they like. */
function shownJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member) => typeof member === "string" ? visible(member, TEXT_MAX) : member,
  );
}

function respond(body: string | ReadableStream<Uint8Array<ArrayBuffer>>, type?: string): Response {
  const headers = { ...HEADERS, "content-type": type ?? "application/x-ndjson" };
  return new Response(body, { headers });
}

function refuse(status: number, why: string): Response {
  const headers = { ...HEADERS, "content-type": "text/plain; charset=utf-8" };
  return new Response(`${why}\n`, { status, headers });
}
