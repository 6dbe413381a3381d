/**
 * Whether a certificate works is decided by the TLS library, and foretold by our check: here both
 * are asked of every kind, and nobody gets in with somebody else's certificate.
 */
import { assert, assertEquals } from "@std/assert";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import type { CertificateUse } from "../../lib/crypto/certificate.ts";
import { LinkError } from "../../lib/net/errors.ts";
import type { PeerCertificate, TlsIdentity } from "../../lib/net/tls.ts";
import { CAST, startClient, startServer } from "./fixture.ts";
import { type Kind, KINDS } from "./certificate_kinds.ts";
import { type Holder, impostor, makeHolder } from "./odd_certificates.ts";

const never = new AbortController().signal;

function identityOf(holder: Holder): TlsIdentity {
  return { certificatePem: holder.pem, privateKeyPem: holder.privateKeyPem };
}

function knownAs({ holder, behind = [] }: Kind): PeerCertificate {
  const pem = [holder, ...behind].map((one) => one.pem).join("");
  return { name: "odd", pem, der: holder.der };
}

/** Whether who shows `tls` can serve, and whether it can call, where `known` is configured. */
async function works(tls: TlsIdentity, known: PeerCertificate): Promise<[boolean, boolean]> {
  const call = async (client: ReturnType<typeof startClient>) => {
    try {
      await client.getStatus({}, never);
      return true;
    } catch (error) {
      assert(error instanceof LinkError, String(error));
      return false;
    }
  };
  await using serving = await startServer({ tls });
  using toIt = startClient(serving.port, { expected: known });
  await using plain = await startServer({ admitted: [CAST.server, known] });
  using fromIt = startClient(plain.port, { tls });
  return [await call(toIt), await call(fromIt)];
}

const THIEF = await makeHolder("thief");

for (const kind of KINDS) {
  const { title, holder, use, refused, though } = kind;
  Deno.test(`the check is right about a certificate: ${title}`, async () => {
    const known = knownAs(kind);
    const said = check(known.pem, use);
    if (refused === undefined) assertEquals(said, undefined);
    else assert(said?.includes(refused), said ?? "accepted");
    const [serves, calls] = await works(identityOf(holder), known);
    if (refused === undefined) {
      const { pem: certificatePem, trusted: pem, der } = parseCertificate(known.pem, { use });
      const asRun = { certificatePem, privateKeyPem: holder.privateKeyPem };
      assertEquals(await works(asRun, { name: "odd", pem, der }), [serves, calls]);
    }
    const suffices = use === "client" ? calls : serves && calls;
    assertEquals(suffices, refused === undefined || though !== undefined, `${serves}, ${calls}`);
  });

  Deno.test(`whoever has only the certificate gets nowhere: ${title}`, async () => {
    const thief = identityOf(impostor(holder, THIEF));
    assertEquals(await works(thief, knownAs(kind)), [false, false]);
  });
}

function check(pem: string, use: CertificateUse = "acceptor"): string | undefined {
  try {
    parseCertificate(pem, { use });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
