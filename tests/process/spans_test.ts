/**
 * A ballot's way as spans, exported by Deno to a collector on this machine.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";

/** What a collector gets, as far as it is looked at. */
interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly parentSpanId: string;
        readonly attributes: readonly {
          readonly key: string;
          readonly value: { readonly stringValue?: string };
        }[];
        readonly events: readonly { readonly name: string }[];
      }[];
    }[];
  }[];
}

Deno.test("a ballot's way is a span with its votes and decision, if Deno exports spans", async () => {
  const came: Exported[] = [];
  const collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (call) => {
      const body = await call.json();
      if (new URL(call.url).pathname === "/v1/traces") came.push(body);
      return new Response("{}");
    },
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${ROOT}/tests/process/spanned.ts`],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    },
  }).output();
  await collector.shutdown();
  assert(success, new TextDecoder().decode(stderr));
  const spans = came.flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .filter(({ scope }) => scope.name === "hetpaxos")
    .flatMap(({ spans }) => spans);
  assertEquals(spans.length, 1);
  const [{ name, traceId, parentSpanId, attributes, events }] = spans as [typeof spans[number]];
  const values = new Map(attributes.map(({ key, value }) => [key, value.stringValue]));
  assertEquals(name, "ballot");
  assertMatch(traceId + parentSpanId, /^[0-9a-f]{48}$/);
  assertEquals(
    ["instance", "proposer", "process"].map((key) => values.get(`hetpaxos.${key}`)),
    ["7", "Alice", "Alice"],
  );
  assertEquals(events.map((event) => event.name), ["1b", "2a", "decided"]);
});
