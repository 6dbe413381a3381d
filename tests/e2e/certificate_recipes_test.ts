/**
 * The commands by which the documentation makes and renews certificates.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { parsePrivateKey } from "../../lib/crypto/keys.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { startClient, startServer } from "../net/fixture.ts";
import { e2e } from "./stage.ts";
import { missing } from "./tools.ts";

/** The shell blocks of a page that use openssl, without their indentation. */
async function recipes(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/docs/${page}`);
  return [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)]
    .map(([, indent, body]) => body!.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .filter((body) => body.includes("openssl x509") || body.includes("openssl req"));
}

Deno.test(e2e(
  import.meta.url,
  "certificates made and renewed as the documentation says are believed",
  async ({ folder }) => {
    const run = async (script: string) => {
      const { success, stderr } = await new Deno.Command("bash", {
        args: ["-euo", "pipefail", "-c", script],
        cwd: folder,
      }).output();
      assert(success, new TextDecoder().decode(stderr));
    };
    const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
    const [make] = await recipes("CONFIGURATION.md");
    const [renew, renewAuthority] = await recipes("OPERATIONS.md");
    const works = async (shown: string, known: string) => {
      const { trusted, der } = parseCertificate(known);
      const tls = { certificatePem: shown, privateKeyPem: await read("alice.key") };
      await using server = await startServer({ tls });
      using client = startClient(server.port, {
        expected: { name: "Alice", pem: trusted, der },
      });
      assertEquals((await client.getStatus({}, new AbortController().signal)).name, "alice");
    };
    // Ends at another time, so that the renewed one, made in the same second, is another.
    await run(make!.replace("-days 730", "-days 9"));
    const old = await read("alice.pem");
    assert(parseCertificate(old).renewable);
    assertEquals(parseCertificate(old).spki, parsePrivateKey(await read("alice.key")).spki);
    await run(renew!);
    const renewed = await read("alice-new.pem");
    assert(renewed !== old);
    await works(renewed, old);
    await works(old, renewed);
    await run("openssl req -x509 -key alice.key -subj /CN=Alice -days 9 -out alice.pem");
    const authority = await read("alice.pem");
    assert(!parseCertificate(authority).renewable);
    await run(renewAuthority!);
    await works(await read("alice-new.pem"), authority);
  },
  missing("openssl", "bash"),
));
