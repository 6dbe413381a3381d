/**
 * A client in another runtime with another library: only the proto files are shared.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { Cluster } from "./cluster.ts";
import { Lines } from "./lines.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

const CLIENT = `${ROOT}/tests/e2e/grpc_js`;

/** Runs a command in a folder to its end; returns its standard output. */
async function run(folder: string, command: string, args: readonly string[]): Promise<Lines> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: folder,
    env: { npm_config_update_notifier: "false" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(45_000),
  }).spawn();
  const [out, err] = [new Lines(child.stdout), new Lines(child.stderr)];
  const { code } = await child.status;
  await Promise.all([out.read, err.read]);
  assertEquals(code, 0, `${command} ${args.join(" ")}: ${out.text}${err.text}`);
  return out;
}

async function install(stage: Stage): Promise<string> {
  const folder = `${stage.folder}/grpc_js`;
  await Deno.mkdir(folder);
  for (const name of ["package.json", "package-lock.json", "client.js"]) {
    await Deno.copyFile(`${CLIENT}/${name}`, `${folder}/${name}`);
  }
  // What npm fetched once serves again; nothing of it needs its installation scripts.
  await run(folder, "npm", [
    ...["ci", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"],
  ]);
  return folder;
}

Deno.test(e2e(
  import.meta.url,
  "a grpc-js client on Node links, proposes, watches and calls",
  async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    const [folder] = await Promise.all([install(stage), cluster.acceptors()]);
    const { privateKey, addresses } = await cluster.read("client_0");
    const certificateOf = (name: string) =>
      addresses.find((address) => address.name === name)!.certificate;
    await stage.write(
      "plan.json",
      JSON.stringify({
        protoFolder: `${ROOT}/proto`,
        address: `127.0.0.1:${cluster.basePort}`,
        rootCertificate: certificateOf("Alice"),
        certificate: certificateOf("client_0"),
        privateKey,
        name: "client_0",
        acceptors: cluster.plan.acceptors.length,
      }),
    );
    const { all } = await run(folder, "node", ["client.js", "../plan.json"]);
    const said = new Map(all.map(({ event, ...rest }) => [event, rest]));
    const { agent: _, ...status } = said.get("status")!;
    assertEquals(status, { name: "Alice", role: "ROLE_ACCEPTOR" });
    assertEquals(said.get("hello"), { name: "Alice", role: "ROLE_ACCEPTOR", version: 2 });
    assertEquals(said.get("watched"), { learner: "Eve", value: "from afar" });
    assertEquals(said.get("health"), { status: "SERVING" });
    assertEquals(said.get("proposed"), { learner: "Eve", value: "by call" });
    assertEquals(said.get("heard")!.value, "by call");
    assertEquals(said.has("done"), true);
  },
  missing("node", "npm"),
));
