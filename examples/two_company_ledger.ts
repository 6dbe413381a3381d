/**
 * The ledgers of two companies that share two of their acceptors and trust nobody else's: Red and Blue
 * each decide by acceptors of their own and the shared ones. A transfer is one record, so both have it
 * at the same place of their logs, or neither has it; and each can prove to anybody that it is there.
 *
 * `deno run --allow-net --allow-read examples/two_company_ledger.ts`
 *
 * @module
 */

import {
  type Client,
  connect,
  generateConfigs,
  loadConfiguration,
  planTwoChains,
  startAcceptor,
} from "@hetpaxos/hetpaxos";
import { freePorts } from "./free_ports.ts";

/** So many coins, from one account to another: `Red/sales`, `Blue/bolts`. */
interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly coins: number;
}

/** What one company makes of its own log: its accounts, and what it is owed. */
class Ledger {
  readonly company: string;
  readonly accounts = new Map<string, number>();
  /** Places of transfers that were made, and of those that had no cover. */
  readonly made: number[] = [];
  readonly refused: number[] = [];

  constructor(company: string) {
    this.company = company;
  }

  /** Carries out what is in the log up to its end. Both companies come to the same conclusions. */
  async readAll(client: Client): Promise<void> {
    for await (const { position, records } of client.read({ learner: this.company })) {
      for (const { payload } of records) {
        const { from, to, coins }: Transfer = JSON.parse(new TextDecoder().decode(payload));
        const cover = from === "bank" ? Infinity : this.accounts.get(from) ?? 0;
        if (cover < coins) {
          this.refused.push(position);
          continue;
        }
        if (from !== "bank") this.accounts.set(from, cover - coins);
        this.accounts.set(to, (this.accounts.get(to) ?? 0) + coins);
        this.made.push(position);
      }
    }
  }
}

const plan = planTwoChains();
const files = await generateConfigs(plan, {
  basePort: freePorts(plan.acceptors.length),
  clients: 1,
});
const log = { checkpointEvery: 2 };
const configurations = files.map(({ name, config }) =>
  loadConfiguration(JSON.stringify({ ...config, log }), `${name}.json`)
);
const acceptors = await Promise.all(
  configurations.filter(({ self }) => !self.client)
    .map((configuration) => startAcceptor({ configuration })),
);
const client = connect(configurations.find(({ self }) => self.client)!, { patienceMs: 500 });
console.log(plan.promise);

let sequence = 1;
const transfer = async (what: Transfer) => {
  const payload = new TextEncoder().encode(JSON.stringify(what));
  const record = { client: "notary", sequence: sequence++, payload };
  // Both companies are waited for: a transfer that one alone had would be worth nothing.
  const [appended] = await client.append([record], { timeoutMs: 30_000 });
  const places = appended!.places.map(({ learner, position }) => `${position} of ${learner}`);
  console.log(`${what.coins} coins from ${what.from} to ${what.to}: at ${places.join(" and ")}`);
};

await transfer({ from: "bank", to: "Red/cash", coins: 100 });
await transfer({ from: "Red/cash", to: "Blue/bolts", coins: 60 });
// One acceptor of Blue's own may be down.
await acceptors.find(({ name }) => name === "Blue_2")!.stop();
await transfer({ from: "Red/cash", to: "Blue/bolts", coins: 60 });
await transfer({ from: "Blue/bolts", to: "Red/cash", coins: 10 });

const ledgers = ["Blue", "Red"].map((company) => new Ledger(company));
for (const ledger of ledgers) await ledger.readAll(client);
const books = ledgers.map(({ accounts, made, refused }) =>
  JSON.stringify([[...accounts].toSorted(), made, refused])
);
const proof = await client.proof(ledgers[0]!.made[1]!, { learner: "Blue" });
const { learner, position, signers } = client.verify(proof);
console.log(`that ${learner} has entry ${position}, ${signers.join(", ")} have certified`);
console.log(`refused for want of cover: ${ledgers[0]!.refused.length}`);
console.log(books[0] === books[1] ? "both ledgers are the same" : "the ledgers differ");
await client.close();
await Promise.all(acceptors.map((acceptor) => acceptor.stop()));
