/** What a process says by itself about certificates and about being alone. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { expiryNotice, type Validity } from "../../lib/config/expiry.ts";
import { CertificateWatch } from "../../lib/process/certificate_watch.ts";
import { ISOLATED_MS, IsolationWatch, loopbackWarning } from "../../lib/process/isolation_watch.ts";
import type { Identity } from "../../lib/config/configuration.ts";
import { makeHolder } from "../net/odd_certificates.ts";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { FakeClock } from "./fake_clock.ts";

const DAY_MS = 86_400_000;
const NOW = new Date("2026-11-28T12:00:00Z");

function validity(from: number, to: number, renewable = true): Validity {
  const at = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
  return { notBefore: at(from), notAfter: at(to), renewable };
}

Deno.test("a certificate is spoken of a month before it expires", () => {
  const notice = (from: number, to: number, renewable = true) =>
    expiryNotice("Alice", validity(from, to, renewable), NOW);
  const who = 'certificate of "Alice": ';
  const how = "renew it with the same key and name";
  assertEquals(notice(-1, 30), undefined);
  assertEquals(notice(-1, 29.5), `${who}expires in 29 days, on 2026-12-28T00:00:00.000Z; ${how}`);
  assertEquals(notice(-1, 1.5), `${who}expires in 1 day, on 2026-11-30T00:00:00.000Z; ${how}`);
  assertEquals(notice(-1, 0.5), `${who}expires within a day, on 2026-11-29T00:00:00.000Z; ${how}`);
  assertEquals(
    notice(-2, -1),
    `${who}expired on 2026-11-27T12:00:00.000Z: TLS refuses it; ${how}`,
  );
  assertEquals(
    notice(1, 9),
    `${who}not valid before 2026-11-29T12:00:00.000Z: TLS refuses it; ${how}`,
  );
  assertStringIncludes(
    notice(-1, 9, false)!,
    `${how}, and not as an authority's (CA:FALSE)`,
  );
});

async function identity(name: string, days: number): Promise<Identity> {
  const start = new FakeClock().now().seconds * 1000;
  const from = (start - Date.now()) / DAY_MS;
  const { pem } = await makeHolder(name, { valid: [from - 1, from + days] });
  const certificate = parseCertificate(pem);
  return {
    name,
    client: false,
    acceptorIndex: 0,
    proposerIndex: 0,
    host: "x",
    port: 1,
    certificate,
  };
}

Deno.test("what expires soon is logged each day, by what was shown last", async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const [alice, bob, carol] = [
    await identity("Alice", 10.5),
    await identity("Bob", 3.5),
    await identity("Carol", 99),
  ];
  const watch = new CertificateWatch({
    identities: [alice, bob, carol],
    clock,
    log: (level, message, fields) => lines.push(`${level} ${fields?.peer}: ${message}`),
  });
  watch.start();
  const day = async () => {
    lines.length = 0;
    await clock.advance(DAY_MS);
    return lines.map((line) => line.replace(/, on .*/, ""));
  };
  const line = (name: string, when: string) =>
    `warn ${name}: certificate of "${name}": expires ${when}`;
  assertEquals(await day(), [line("Alice", "in 9 days"), line("Bob", "in 2 days")]);
  watch.shown("Bob", (await identity("Bob", 365)).certificate.der);
  assertEquals(await day(), [line("Alice", "in 8 days")]);
  assertEquals(watch.notAfter("Alice"), alice!.certificate.notAfter);
  assertEquals(watch.notAfter("nobody"), undefined);
  watch.close();
  assertEquals(await day(), []);
  assertEquals(clock.pending, 0);
});

Deno.test("nobody reached for a minute is said once, and again after it was over", async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  let connectedCount = 0;
  const status = () =>
    ["Bob", "Carol"].map((name) => ({ name, connected: false, lastError: "connection refused" }));
  const peers = {
    get connectedCount() {
      return connectedCount;
    },
    status: status as unknown as IsolationWatchPeers["status"],
  };
  const watch = new IsolationWatch(peers, clock, (level, line) => lines.push(`${level} ${line}`));
  await clock.advance(ISOLATED_MS - 1);
  assertEquals(lines, []);
  await clock.advance(1);
  assertEquals(lines, [
    "warn no acceptor has been reached for a minute: " +
    "Bob (connection refused), Carol (connection refused)",
  ]);
  await clock.advance(10 * ISOLATED_MS);
  assertEquals(lines.length, 1);
  connectedCount = 1;
  await clock.advance(ISOLATED_MS);
  connectedCount = 0;
  await clock.advance(2 * ISOLATED_MS);
  assertEquals(lines.length, 2);
  watch.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a watch that is closed by whoever it tells leaves no timer", async () => {
  const clock = new FakeClock();
  const status = () => [{ name: "Bob", connected: false, lastError: "connection refused" }];
  const peers = { connectedCount: 0, status: status as unknown as IsolationWatchPeers["status"] };
  const watches: { close(): void }[] = [];
  const closeAll = () => watches.forEach((watch) => watch.close());
  watches.push(new IsolationWatch(peers, clock, closeAll));
  const expiry = new CertificateWatch({
    identities: [await identity("Alice", 10.5)],
    clock,
    log: closeAll,
  });
  watches.push(expiry);
  expiry.start();
  await clock.advance(2 * DAY_MS);
  assertEquals(clock.pending, 0);
});

type IsolationWatchPeers = ConstructorParameters<typeof IsolationWatch>[0];

Deno.test("listening on loopback is warned of if others are elsewhere", async () => {
  const alice = { ...await identity("Alice", 10), host: "a.example" };
  const at = (name: string, host: string) => ({ ...alice, name, host });
  const warn = (bound: string, ...others: Identity[]) =>
    loopbackWarning({ host: bound, port: 8700 }, alice, [alice, ...others]);
  const bob = at("Bob", "b.example");
  for (const bound of ["127.0.1.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    assertStringIncludes(
      warn(bound, bob) ?? "nothing",
      'which only this machine can reach, while others are elsewhere: Bob (b.example); set "listen"',
    );
  }
  assertEquals(warn("10.0.0.1", bob), undefined);
  assertEquals(warn("0.0.0.0", bob), undefined);
  const together = [at("Bob", "a.example"), at("Carol", "localhost"), at("Dave", "127.0.0.1")];
  assertEquals(warn("127.0.1.1", ...together), undefined);
});
