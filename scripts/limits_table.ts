/**
 * Makes docs/LIMITS.md from the tables of settings: `deno run -A scripts/limits_table.ts`.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { LIMIT_TESTS } from "../tests/limit_tests.ts";
import { LOG_RETENTION, LOG_SETTINGS } from "../lib/wire/log_settings.ts";
import { LIMITS, NETWORK_SETTINGS, PROPOSER_SETTINGS, type Setting } from "../lib/wire/limits.ts";
import { markdownTable } from "./markdown.ts";

const INTRODUCTION = `# Limits and settings

Everything that a peer can make a process keep, compute or send is bounded, and every bound has a
name here. All settings are numbers in the configuration file, in the groups below (but for
\`proposer.rotation\` and \`proposer.withoutWindows\`, [which see](CONFIGURATION.md#taking-turns)); what
is absent or zero takes its default. A number outside its range is refused when the file is read.
Members of one cluster may differ in all of them but those of which it says otherwise, which are
part of the configuration digest, as the rotation is.

\`\`\`json
{ "limits": { "valueBytesMax": 4096 }, "proposer": { "backoffMsMax": 5000 } }
\`\`\`

Some rules go across: \`envelopeBytesMax\` must have room for the largest value and for an acceptor
message with \`refsMax\` refs; \`refsMax\` must be at least what an honest message may have, 4(N − 1) +
2 with N acceptors ([ADR 0020](adr/0020-maximal-refs.md)); \`inboxRefsPerPeerMax\` must be more than
\`refsMax\`, \`bytesInFlightMax\` at least \`envelopeBytesMax\`, \`futureBytesMax\` and
\`proposalBytesPerSecondMax\` at least \`valueBytesMax\`; of \`…Min\` and \`…Max\` of one thing, the first
may not be the larger.

What is counted by peer is counted by the name of its identity, over all its links, and forgotten
when the process ends. A peer that reaches a limit takes nothing from the others.

This page is made by \`scripts/limits_table.ts\` from \`lib/wire/limits.ts\`.
`;

const COSTS = `## What remains

Within these limits a member that wants to do harm can still cost something:

- **Memory.** A million garbage, forged, repeated, unreferable and superfluous messages over 10,000
  instances leave an acceptor below 350 MB of resident memory, of which it takes 120 MB anyway, and
  its heap below 160 MB (\`deno task test tests/e2e/durable_flood_test.ts\`, which limits proposals to
  what a small machine can decide and leaves all else at the defaults). Unless it is told how large
  the heap may be (\`--v8-flags=--max-old-space-size=160\`), V8 lets garbage pile up beyond what is
  kept. Each peer has budgets of its own: several hostile ones add up. What is in use is not bounded
  in bytes: an instance stays in memory whole while its messages come, at about 1 kB a message, so
  the rates of 1as are what bounds it.
- **Decisions.** A 1a that is let in is work for the whole cluster, honest or not. If
  \`proposalsPerPeerPerSecondMax\` is above what the machines can decide, one peer can keep them busy
  and the others wait longer; set it below.
- **Disk.** A ballot is one 1a and, with N acceptors and L learners, at most N·(1+L) messages: of
  each acceptor a 1b and a 2a for each learner; further ones are not well-formed. A message takes
  about 300 bytes and 32 for each ref, of which there may be \`refsMax\`; a value takes its length. An
  equivocator can sign as many messages as it likes, but from the second on it is caught, and what
  it signs counts as 1as do. So one peer makes the journal grow by at most
  \`proposalsPerPeerPerSecondMax\` ballots and \`proposalBytesPerSecondMax\` bytes of values a second,
  and an acceptor by twenty times as much if it refers to what it proposes. Without a log nothing is
  ever deleted: no disk is large enough for that for long, so watch it, and take a peer that does so
  out of the configuration. With [a log](LOG.md#bounds) there are messages of at most \`spreadMax\`
  instances, whatever peers do, and none of new ballots where all have an outcome.
- **Reading.** A message for an old instance reads that instance from the journal, however large, at
  about 35 microseconds a message, and nothing else happens meanwhile. \`restoredPerSecondMax\` bounds
  how often.
- **Strangers.** Anybody can connect. 256 connections may wait to show whose they are; a flood
  pushes out its own first (docs/adr/0026). 80,000 connections one after another, 512 at a time,
  take an acceptor from 90 MB to 200–270 MB while they last (\`deno task bench strangers\`); each that
  begins a handshake costs 0.4 ms of a core. Let only members through a firewall if that is too
  much. Descriptors: an acceptor needs \`connectionsPerIdentityMax\` for each identity, 256 for
  strangers, and some 50 of its own. If they run out it closes strangers' and listens anew.
- **Readers.** What a peer does not read waits here: 1 MiB on each connection, twice that with a
  link, and a message for each of its calls; half of \`bytesInFlightMax\`, or all of it with links,
  over all connections of an identity. 120 watches of 6 MB of decisions that nobody reads take an
  acceptor from 185 MB to 280 MB at most, looked at ten times a second while they last, and there it
  stays; Hello after Hello with a megabyte in it from 182 MB to 206 MB, both by
  \`deno task bench members\`. Over HTTP/1.1 this is not counted.
- **Calls.** Clients that propose by RPC are bounded by calls, not by the rates of 1as: 100 a second
  for each of \`connectionsPerIdentityMax\` connections. What leads to a decision does not count; what
  goes beyond is answered \`resource_exhausted\`, and the connection is cut if that does not help. An
  identity may open 16 links a second, and the Hello that each begins with has at most 4 kB.
- **Starved learners.** A learner that cannot decide unless another acceptor is caught is waited
  for: a proposer and \`learner --once\` end only at their \`--timeout\`. It is given up for good when
  nothing that may still happen frees it ([who frees whom](TERMINATION.md#who-frees-whom)); of a
  learner with more than 1,000 quorums that is not found out.

What a transport may cost beyond these limits is fixed in \`lib/net/bounds.ts\`.
`;

const HEAD = ["setting", "default", "range", "meaning"];

/** The text of docs/LIMITS.md. */
export function limitsPage(): string {
  return [
    INTRODUCTION,
    section("limits", "What peers may cost.", LIMITS),
    section("proposer", "How a proposer waits between ballots.", PROPOSER_SETTINGS),
    section("network", "How links between processes behave.", NETWORK_SETTINGS),
    section("log", "How [the log](LOG.md) is kept, if there is one.", LOG_SETTINGS),
    section("log.retain", "What of it is kept below the floor.", LOG_RETENTION),
    COSTS,
    coverage(),
  ].join("\n");
}

function section(
  name: string,
  summary: string,
  settings: Readonly<Record<string, Setting>>,
): string {
  const rows = Object.entries(settings).map(([key, { default: standard, min, max, meaning }]) => [
    `\`${key}\``,
    format(standard),
    `${format(min)} – ${format(max)}`,
    meaning,
  ]);
  return `## \`${name}\`\n\n${summary}\n\n${markdownTable([HEAD, ...rows])}\n`;
}

function coverage(): string {
  const rows = Object.entries(LIMIT_TESTS).map(([limit, [path, name]]) => [
    `\`${limit}\``,
    `[${path.slice("tests/".length)}](../${path})`,
    name,
  ]);
  const text = "That what is said above happens at each limit is tested.";
  return `## Tests\n\n${text}\n\n${markdownTable([["limit", "in", "test"], ...rows])}\n`;
}

function format(value: number): string {
  return value.toLocaleString("en");
}

if (import.meta.main) {
  await runScript({
    name: "limits_table",
    summary: "Write docs/LIMITS.md",
    description: "Write docs/LIMITS.md.",
    flags: [],
  }, async () => {
    await Deno.writeTextFile(new URL("../docs/LIMITS.md", import.meta.url), limitsPage());
  });
}
