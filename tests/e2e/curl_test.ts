/**
 * Connect's JSON, spoken by curl with nothing but certificates from a configuration file.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { e2e } from "./stage.ts";
import { curlSpeaksHttp2, missing } from "./tools.ts";

const SERVICE = "hetpaxos.v1.HetPaxosService";

/** What an acceptor answered. */
interface Answer {
  readonly httpVersion: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function curl(args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--max-time", "20", "-w", "\n%{http_version} %{http_code}"]
      .concat(args),
    stdin: "null",
  }).output();
  const out = new TextDecoder().decode(stdout);
  assertEquals(code, 0, `curl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  const cut = out.lastIndexOf("\n");
  const [httpVersion, status] = out.slice(cut + 1).split(" ");
  return { httpVersion: httpVersion!, status: Number(status), body: JSON.parse(out.slice(0, cut)) };
}

Deno.test(e2e(
  import.meta.url,
  "curl calls an acceptor with Connect's JSON over mutual TLS",
  async (stage, step) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    await cluster.acceptors();
    const { privateKey, addresses } = await cluster.read("client_0");
    const certificateOf = (name: string) =>
      addresses.find((address) => address.name === name)!.certificate;
    const tls = [
      ...["--cacert", await stage.write("alice.pem", certificateOf("Alice"))],
      ...["--cert", await stage.write("client.pem", certificateOf("client_0"))],
      ...["--key", await stage.write("client.key", privateKey)],
      ...["-H", "content-type: application/json"],
    ];
    const port = cluster.basePort;
    const resolve = ["--resolve", `localhost:${port}:127.0.0.1`];
    const versions = curlSpeaksHttp2() ? ["1.1", "2"] : ["1.1"];
    if (versions.length === 1) console.log("this curl does not speak HTTP/2: HTTP/1.1 only");
    for (const version of versions) {
      for (const host of ["127.0.0.1", "localhost"]) {
        await step(`GetStatus of ${host} over HTTP/${version}`, async () => {
          const url = `https://${host}:${port}/${SERVICE}/GetStatus`;
          const how = [...resolve, version === "2" ? "--http2" : "--http1.1"];
          const { httpVersion, status, body } = await curl([...tls, ...how, "-d", "{}", url]);
          assertEquals([httpVersion, status], [version, 200]);
          assertEquals([body.name, body.role], ["Alice", "ROLE_ACCEPTOR"]);
        });
      }
    }

    await step("Propose decides", async () => {
      const request = JSON.stringify({ instance: "7", value: btoa("by curl") });
      const url = `https://127.0.0.1:${port}/${SERVICE}/Propose`;
      const { status, body } = await curl([...tls, "-d", request, url]);
      assertEquals(status, 200);
      const [decision] = body.decisions as Record<string, unknown>[];
      assertEquals([decision!.learner, decision!.instance], ["Eve", "7"]);
      assertEquals(atob(String(decision!.value)), "by curl");
    });

    await step("a mistake is answered in JSON", async () => {
      const request = JSON.stringify({ value: btoa("x"), learners: ["Mallory"] });
      const url = `https://127.0.0.1:${port}/${SERVICE}/Propose`;
      const { status, body } = await curl([...tls, "-d", request, url]);
      assertEquals([status, body.code], [400, "invalid_argument"]);
      assert(String(body.message).includes("Mallory"));
    });
  },
  missing("curl"),
));
