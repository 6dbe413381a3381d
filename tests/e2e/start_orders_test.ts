/**
 * Whoever is started first waits for the others.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Cluster, FOUR, listening } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import type { Program } from "./program.ts";
import { e2e } from "./stage.ts";

const ROLES = ["acceptors", "learner", "proposer"] as const;

type Role = typeof ROLES[number];

const ORDERS: readonly (readonly Role[])[] = ROLES.flatMap((first) =>
  ROLES.filter((second) => second !== first).map((second) => [
    first,
    second,
    ROLES.find((third) => third !== first && third !== second)!,
  ])
);

/** An observer has looked for every acceptor and found none. */
async function hasLookedInVain(observer: Program): Promise<void> {
  const texts = FOUR.acceptors.map((name) => `no link to ${name}: connection refused`);
  await Promise.all(texts.map((text) => observer.logged(text)));
}

for (const order of ORDERS) {
  const title = `started in the order ${order.join(", ")}: a value is decided`;
  Deno.test(e2e(import.meta.url, title, async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 2 });
    const observers: Program[] = [];
    let acceptorsRun = false;
    for (const role of order) {
      if (role === "acceptors") {
        const acceptors = FOUR.acceptors.map((name) => cluster.acceptor(name));
        await Promise.all(acceptors.map(listening));
        acceptorsRun = true;
        continue;
      }
      const observer = role === "learner"
        ? cluster.run("learner", "client_0", ["--once"])
        : cluster.run("proposer", "client_1", ["--value", "tea"]);
      observers.push(observer);
      if (!acceptorsRun) await hasLookedInVain(observer);
    }
    for (const observer of observers) assertEquals(valuesOf(await succeeds(observer)), ["tea"]);
  }));
}
