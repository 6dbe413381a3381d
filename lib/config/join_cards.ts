/**
 * From everybody's cards and one learner graph to the configuration that all share: the same bytes,
 * whoever joins them, and in whatever order.
 *
 * @module
 */

import { toJson } from "@bufbuild/protobuf";
import { hasMember } from "../core/acceptor_set.ts";
import { mentionedBy } from "../core/quorum.ts";
import { parseConfig } from "./parse.ts";
import { formatHostPort } from "./addresses.ts";
import { type ParsedGraph, parseGraph } from "./graph.ts";
import { parseProposers } from "./cluster_configuration.ts";
import { parseSettings } from "./settings.ts";
import { checkGraph } from "./validity.ts";
import {
  type Config,
  LimitsSchema,
  type Member,
  NetworkSettingsSchema,
  ProposerSettingsSchema,
  type Quorum,
} from "../wire/gen/hetpaxos/v1/config_pb.ts";
import type { Json } from "../wire/json_text.ts";
import { compareNames, didYouMean, listNames } from "../wire/names.ts";
import { Place, quote } from "../wire/place.ts";
import { ruleJson } from "./rule_json.ts";
import { type Card, cardJson, fingerprintOf } from "./card.ts";

/** What a graph file may not have: the cards say it, or each process for itself. */
const NOT_OF_A_GRAPH = [
  ["addresses", "is made from the cards; leave it out"],
  ["privateKey", "is a private key; a graph is public, and keys stay with their owners"],
  ["privateKeyFile", "is of one process; leave it out"],
  ["proposal", "is of one process; leave it out"],
  ["listen", "is of one process; leave it out"],
  ["dataDir", "is of one process; leave it out"],
  ["cluster", "is of one process; leave it out"],
] as const;

/**
 * Joins cards and a learner graph.
 *
 * @param graph JSON as in a configuration: learners, safetySets, allowDisagreement, rules, settings.
 * @param file What to call the graph in messages.
 * @returns the text of the configuration that all share.
 * @throws OperatorError at the first mistake: two cards with one name, key or address, somebody in
 * the graph without a card, a card that the graph does not use, a graph that is wrong.
 */
export function joinCards(cards: readonly Card[], graph: string, file: string): string {
  const place = new Place(file);
  refuseRepeated(cards);
  const sorted = cards.toSorted((a, b) => compareNames(a.name, b.name));
  const acceptors = sorted.filter(({ client }) => !client);
  const names = sorted.map(({ name }) => name);
  const acceptorNames = acceptors.map(({ name }) => name);
  const clients = sorted.filter(({ client }) => client).map(({ name }) => name);
  const config = parseConfig(graph, file);
  for (const [field, what] of NOT_OF_A_GRAPH) {
    if (config[field].length > 0) place.field(field).fail(what);
  }
  refuseCardless(config, names, place);
  const parsed = parseGraph(config, acceptorNames, clients, place);
  refuseUnused(parsed, acceptors, file);
  checkGraph(parsed, place);
  const declared = parseProposers(config, clients, place);
  parseSettings(config, acceptorNames, declared, place);
  return `${JSON.stringify(sharedJson(config, parsed, sorted), undefined, 2)}\n`;
}

function sharedJson(
  config: Config,
  { spec, allowDisagreement }: ParsedGraph,
  cards: readonly Card[],
) {
  const { acceptors, learners, quorums, safety, burial } = spec;
  const edges = learners.flatMap((name, index) => {
    const own = safety.filter(({ a }) => a === index).map(({ b, safe }) =>
      [learners[b]!, { quorums: ruleJson(safe, acceptors) }] as const
    );
    return own.length === 0 ? [] : [[name, { safetySets: Object.fromEntries(own) }] as const];
  });
  return {
    learners: Object.fromEntries(
      learners.map((name, i) => [name, { quorums: ruleJson(quorums[i]!, acceptors) }]),
    ),
    ...edges.length === 0 ? {} : { safetySets: Object.fromEntries(edges) },
    ...allowDisagreement.length === 0
      ? {}
      : { allowDisagreement: allowDisagreement.map((index) => learners[index]!) },
    ...burial === "TECHNICAL_REPORT" ? {} : { rules: burial },
    ...config.proposers.length === 0 ? {} : { proposers: config.proposers.toSorted(compareNames) },
    ...settingsJson(config),
    addresses: cards.map((card) => cardJson(card, card.certificate.trusted)),
  };
}

/** Settings as the graph has them, in the order of the schema. */
function settingsJson({ limits, proposer, network }: Config): Record<string, Json> {
  const settings: Record<string, Json> = {};
  if (limits !== undefined) settings.limits = toJson(LimitsSchema, limits) as Json;
  if (proposer !== undefined) settings.proposer = toJson(ProposerSettingsSchema, proposer) as Json;
  if (network !== undefined) settings.network = toJson(NetworkSettingsSchema, network) as Json;
  return settings;
}

function refuseRepeated(cards: readonly Card[]): void {
  const seen = new Map<string, Card>();
  for (const card of cards) {
    const { name, client, host, port, certificate: { spki }, place } = card;
    const hostPort = formatHostPort({ host: host.toLowerCase(), port });
    const claims = [
      ["file", place.file, "is given twice"],
      ["name", name, `has the name ${quote(name)}`],
      ["key", fingerprintOf(spki), "has the key"],
      ...client ? [] : [["address", hostPort, `has the address ${hostPort}`] as const],
    ] as const;
    for (const [kind, what, words] of claims) {
      const first = seen.get(`${kind} ${what}`);
      if (first !== undefined) {
        place.fail(
          kind === "file" ? words : `${words} of ${first.place.file} too; each needs its own`,
        );
      }
      seen.set(`${kind} ${what}`, card);
    }
  }
}

function refuseCardless(config: Config, names: readonly string[], place: Place): void {
  const sets = [
    ...Object.values(config.learners),
    ...Object.values(config.safetySets).flatMap(({ safetySets }) => Object.values(safetySets)),
  ];
  const mentioned = new Set(sets.flatMap(({ quorums }) => quorums.flatMap(namesIn)));
  const missing = [...mentioned].filter((name) => !names.includes(name)).sort(compareNames);
  if (missing.length === 0) return;
  const who = listNames(missing.map(quote));
  const hint = missing.length === 1 ? didYouMean(missing[0]!, names) : "";
  place.fail(
    `names ${who}, of whom there is no card${hint || "; give that too, or leave the name out"}`,
  );
}

function namesIn({ names, of }: Quorum): string[] {
  return [...names, ...of.flatMap(memberNames)];
}

function memberNames({ member }: Member): string[] {
  if (member.case === "name") return [member.value];
  return member.case === "quorum" ? namesIn(member.value) : [];
}

function refuseUnused({ spec }: ParsedGraph, acceptors: readonly Card[], file: string): void {
  const rules = [...spec.quorums, ...spec.safety.map(({ safe }) => safe)].map(mentionedBy);
  acceptors.forEach(({ name, place }, index) => {
    if (rules.some((set) => hasMember(set, index))) return;
    place.fail(
      `${quote(name)} is in no quorum and no safe set of ${file}; name it there, or leave the ` +
        "card out",
    );
  });
}
