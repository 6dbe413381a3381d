/**
 * What acceptors have signed in instances that are stuck from the beginning.
 *
 * @module
 */

import { type Configuration, loadConfiguration } from "../../../lib/config/configuration.ts";
import { openJournal } from "../../../lib/process/open_journal.ts";
import type { WireMessage } from "../../../lib/wire/codec.ts";
import { idOf, proposal, signed, takeIn } from "../../node/equivocator.ts";
import type { Cluster } from "../cluster.ts";

/** The start of 2023: long ago. */
const LONG_AGO = 1_672_531_200;

/** Configurations by name, as programs would read them. */
export async function configurationsOf(
  cluster: Cluster,
  names: readonly string[],
): Promise<(name: string) => Configuration> {
  const read = await Promise.all(names.map(async (name) => {
    const file = cluster.file(name);
    return [name, loadConfiguration(await Deno.readTextFile(file), file)] as const;
  }));
  const all = new Map(read);
  return (name) => all.get(name)!;
}

/**
 * Four acceptors of which any three suffice: Alice and Bob have signed 2as for "v1", and then all four
 * have answered a ballot with "v2". Only "v1" can be decided.
 */
export function locked(of: (name: string) => Configuration, instance: bigint): WireMessage[] {
  const all: WireMessage[] = [];
  const say = (name: string, prev: WireMessage | undefined, refs: readonly WireMessage[]) => {
    const ids = refs.filter((wire) => wire !== prev).map((wire) => idOf(of(name), wire));
    const wire = signed(of(name), {
      instance,
      refs: ids,
      ...prev === undefined ? {} : { prev: idOf(of(name), prev) },
    });
    all.push(wire);
    return wire;
  };
  const propose = (value: string, seconds: number) => {
    const wire = proposal(of("client_1"), value, seconds, instance);
    all.push(wire);
    return wire;
  };
  const one = propose("v1", LONG_AGO);
  const oneBs = ["Alice", "Bob", "Carol"].map((name) => say(name, undefined, [one]));
  const twoAs = ["Alice", "Bob"].map((name, index) => say(name, oneBs[index], oneBs));
  const two = propose("v2", LONG_AGO + 1);
  say("Alice", twoAs[0], [two]);
  say("Bob", twoAs[1], [two]);
  say("Carol", oneBs[2], [two]);
  say("Dave", undefined, [two]);
  return all;
}

/**
 * X wants four of five and Y three: Alice and Bob have signed 2as for X with "first", and the others
 * have decided "second" for Y. X is starved.
 */
export function starving(of: (name: string) => Configuration, instance: bigint): WireMessage[] {
  const all: WireMessage[] = [];
  const names = ["Alice", "Bob", "Carol", "Dave", "Erin"];
  const latest = new Map<string, WireMessage>();
  const say = (name: string, refs: readonly WireMessage[]) => {
    const prev = latest.get(name);
    const wire = signed(of(name), {
      instance,
      refs: refs.filter((each) => each !== prev).map((each) => idOf(of(name), each)),
      ...prev === undefined ? {} : { prev: idOf(of(name), prev) },
    });
    latest.set(name, wire);
    all.push(wire);
    return wire;
  };
  const propose = (value: string, seconds: number) => {
    const wire = proposal(of("Alice"), value, seconds, instance);
    all.push(wire);
    return wire;
  };
  const first = propose("first", LONG_AGO);
  const oneBs = names.slice(0, 4).map((name) => say(name, [first]));
  for (const name of names.slice(0, 2)) say(name, oneBs);
  const second = propose("second", LONG_AGO + 1);
  const fresh = names.slice(2).map((name) => say(name, [second]));
  for (const name of names.slice(2)) say(name, fresh);
  return all;
}

/** Has an acceptor's journal say so. */
export function writeJournal(
  configuration: Configuration,
  dataDir: string,
  messages: readonly WireMessage[],
): void {
  const journal = openJournal(configuration, dataDir);
  try {
    takeIn(configuration, journal, messages);
  } finally {
    journal.close();
  }
}
