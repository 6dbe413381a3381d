/**
 * A registry of packages whose certificate only a company knows, as behind a proxy that reads along:
 * what README says to set there, and that it helps.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTarGzip } from "nanotar";
import { readSource } from "../../scripts/sources.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

const PACKAGE = "of-the-company";

async function openssl(stage: Stage, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    cwd: stage.folder,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** A company's own authority, and a certificate for localhost by it. */
async function makeCertificates(stage: Stage): Promise<void> {
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9"];
  const authority = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Company"];
  await openssl(stage, "req", "-x509", ...fresh, ...authority);
  const leaf = ["-keyout", "leaf.key", "-out", "leaf.pem", "-subj", "/CN=localhost"];
  const names = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"];
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key"];
  await openssl(stage, "req", "-x509", ...fresh, ...by, ...leaf, ...names);
}

/** Serves one package, over TLS, on loopback. */
async function serve(stage: Stage): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const manifest = JSON.stringify({ name: PACKAGE, version: "1.0.0", bin: "index.js" });
  const archive = await createTarGzip([
    { name: "package/package.json", data: manifest },
    { name: "package/index.js", data: 'console.log("it is here");' },
  ]);
  const [cert, key] = await Promise.all(
    ["leaf.pem", "leaf.key"].map((file) => Deno.readTextFile(`${stage.folder}/${file}`)),
  );
  const options = { hostname: "127.0.0.1", port: 0, cert: cert!, key: key!, onListen() {} };
  return Deno.serve(options, ({ url }) => {
    if (url.endsWith(".tgz")) return new Response(new Uint8Array(archive));
    const dist = { tarball: `${new URL(url).origin}/${PACKAGE}.tgz` };
    const versions = { "1.0.0": { name: PACKAGE, version: "1.0.0", dist } };
    return Response.json({ name: PACKAGE, "dist-tags": { latest: "1.0.0" }, versions });
  });
}

Deno.test(e2e(
  import.meta.url,
  "where only the company knows who signs, what README says to set helps",
  async (stage) => {
    await makeCertificates(stage);
    const server = await serve(stage);
    const run = async (name: string, env: Readonly<Record<string, string>>) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", "--no-lock", `npm:${PACKAGE}@1.0.0`],
        cwd: stage.folder,
        env: {
          DENO_DIR: `${stage.folder}/${name}`,
          NPM_CONFIG_REGISTRY: `https://localhost:${server.addr.port}/`,
          NO_COLOR: "1",
          RUST_BACKTRACE: "0",
          ...env,
        },
      }).output();
      const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { code, out, err };
    };
    try {
      const plain = await run("plain", {});
      assertEquals(plain.code, 1);
      const [, symptom = "?"] = /npm works and this says `([^`]+)`/.exec(
        (await readSource("README.md")).replaceAll("\n", " "),
      ) ?? [];
      assert(plain.err.includes(symptom), plain.err);

      // The system of this test is one that knows the company.
      const system = { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: `${stage.folder}/ca.pem` };
      const file = { DENO_CERT: `${stage.folder}/ca.pem` };
      const readme = await readSource("README.md");
      assertMatch(readme, /export DENO_TLS_CA_STORE=system/);
      assertMatch(readme, /export DENO_CERT=ca\.pem/);
      for (const [name, env] of Object.entries({ system, file })) {
        const { code, out, err } = await run(name, env);
        assertEquals({ code, out }, { code: 0, out: "it is here\n" }, err);
      }
    } finally {
      await server.shutdown();
    }
  },
  { ignore: missing("openssl") },
));
