/**
 * A lying acceptor in the world of one log. It sees everything, and signs whatever it likes, in its
 * own name.
 *
 * @module
 */

import { canonicalCheckpoint, canonicalClosing, type LearnerHead } from "../../log/statement.ts";
import type { Entry } from "../../log/learner_log.ts";
import { encodeBatch, type LogRecord } from "../../log/record.ts";
import { Sessions } from "../../log/sessions.ts";
import { makeSnapshot, type Snapshot, type SnapshotPart } from "../../log/snapshot.ts";
import type { LogHash, Position } from "../../log/types.ts";
import { membersOf } from "../../core/acceptor_set.ts";
import { simulatedSigner } from "./context.ts";
import { makeVote, type Packet, type Vote } from "./packets.ts";
import type { Trick } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** One liar. */
export class Villain {
  /** Among the acceptors. */
  readonly index: number;
  readonly #world: Stage;
  readonly #tricks: ReadonlySet<Trick>;
  /** Votes it keeps back. */
  readonly #late: Vote[] = [];
  readonly #seen: LogRecord[] = [];
  #ahead: Position = 0;

  /** One that has done nothing yet. */
  constructor(world: Stage, index: number) {
    this.#world = world;
    this.index = index;
    this.#tricks = world.scenario.tricks.get(index)!;
  }

  /** It does as honest acceptors do unless it has a better idea. */
  receive(packet: Packet): void {
    const { prng } = this.#world;
    if (packet.kind === "proposal" || packet.kind === "vote") {
      const { instance } = packet.kind === "proposal" ? packet : packet.vote;
      const value = packet.kind === "proposal"
        ? packet.value
        : packet.vote.values.find((each) => each !== undefined);
      if (value !== undefined && prng.chance(0.5)) this.#vote(instance, value);
    }
    if (packet.kind !== "hand over") return;
    this.#seen.push(packet.record);
    if (this.#tricks.has("censors")) return this.#world.marks.mark("villain: censors");
    const instance = this.#end() - 1;
    this.#send({ kind: "proposal", instance, value: encodeBatch([packet.record]) });
  }

  /** Time for one trick. */
  tick(): void {
    const trick = this.#world.prng.pick([...this.#tricks]);
    if (trick === undefined) return;
    if (this.#play(trick)) this.#world.marks.mark(`villain: ${trick}`);
  }

  /** Whether it has done something. */
  #play(trick: Trick): boolean {
    const { prng } = this.#world;
    switch (trick) {
      case "forks votes":
        return this.#fork();
      case "runs ahead":
        return this.#runAhead();
      case "forks statements":
      case "forges statements":
      case "states too much":
      case "moves statements":
        return this.#state(trick);
      case "forges snapshots":
        return this.#snapshot();
      case "closes falsely":
        return this.#close();
      case "proposes anything":
        this.#send({ kind: "proposal", instance: this.#near(), value: this.#anything() });
        return true;
      case "opens anything":
        this.#send({ kind: "proposal", instance: prng.below(1_000), value: this.#anything() });
        return true;
      case "repeats records": {
        const record = prng.pick(this.#world.records) ?? prng.pick(this.#seen);
        if (record === undefined) return false;
        this.#send({ kind: "proposal", instance: this.#near(), value: encodeBatch([record]) });
        return true;
      }
      case "votes late": {
        const vote = this.#late.pop();
        if (vote !== undefined) this.#send({ kind: "vote", vote });
        return vote !== undefined;
      }
      case "censors":
        return false;
    }
  }

  #vote(instance: Position, value: Uint8Array): void {
    const values = this.#world.valuesFor(this.index, instance, value);
    const vote = makeVote(this.#world.context, this.index, instance, values);
    if (this.#tricks.has("votes late")) this.#late.push(vote);
    else this.#send({ kind: "vote", vote });
  }

  /** To each another vote. */
  #fork(): boolean {
    const world = this.#world;
    const instance = this.#near();
    for (const to of world.honest) {
      const values = world.context.graph.spec.learners.map(() => this.#anything());
      const vote = makeVote(world.context, this.index, instance, values);
      world.send(this.index, to, { kind: "vote", vote });
    }
    return true;
  }

  /** Liars that are a quorum of some learner let it decide one instance after the other. */
  #runAhead(): boolean {
    const { context, scenario, honest } = this.#world;
    const own = context.graph.quorums
      .findIndex((quorum) => quorum.satisfiedBy(scenario.liars));
    if (own < 0) return false;
    const instance = this.#ahead++;
    for (const to of honest) {
      const value = this.#world.prng.chance(0.5) ? encodeBatch([]) : this.#anything();
      for (const liar of membersOf(scenario.liars)) {
        const values = context.graph.spec.learners.map((_, a) => a === own ? value : undefined);
        const vote = makeVote(context, liar, instance, values);
        this.#world.send(liar, to, { kind: "vote", vote });
      }
    }
    return true;
  }

  #state(trick: Trick): boolean {
    const { context, honest, prng } = this.#world;
    const { checkpointEvery } = context.settings;
    const model = this.#world.someHonest();
    const position = trick === "states too much"
      ? checkpointEvery * prng.between(1, 8)
      : prng.pick([...model.state.learners[0]!.stands.keys()].filter((at) => at > 0));
    if (position === undefined) return false;
    const madeUp = this.#hash();
    const heads = context.graph.spec.learners.flatMap((_, learner): LearnerHead[] => {
      const stand = model.state.learners[learner]!.stands.get(position);
      if (trick === "states too much") {
        return [{ learner, chain: madeUp, sessions: madeUp }];
      }
      if (stand?.chain === undefined) return [];
      const chain = trick === "forks statements" ? madeUp : stand.chain;
      return [{ learner, chain, sessions: stand.sessions }];
    });
    if (heads.length === 0) return false;
    if (trick === "moves statements") {
      const [signed] = prng.shuffled(model.state.book.all());
      if (signed === undefined) return false;
      const statement = { ...signed.statement, position: position + checkpointEvery };
      this.#send({ kind: "checkpoint", signed: { ...signed, statement } });
      return true;
    }
    const signer = trick === "forges statements" ? prng.pick(honest)! : this.index;
    const statement = { signer, position, heads };
    const bytes = canonicalCheckpoint(context.configDigest, statement);
    const signed = { statement, signature: simulatedSigner(this.index).sign(bytes) };
    if (trick !== "forks statements") this.#send({ kind: "checkpoint", signed });
    else this.#world.send(this.index, prng.pick(honest)!, { kind: "checkpoint", signed });
    return true;
  }

  /** A good one with something changed, or one that the liars have signed by themselves. */
  #snapshot(): boolean {
    const { prng, context } = this.#world;
    const good = makeSnapshot(this.#world.someHonest().state);
    const snapshot = good === undefined || prng.chance(0.3) ? this.#ownSnapshot() : {
      ...good,
      position: good.position + (prng.chance(0.2) ? context.settings.checkpointEvery : 0),
      parts: prng.shuffled(good.parts.map((part) => part && this.#spoil(part))),
    };
    for (const to of prng.some(this.#world.honest, 0.5)) {
      this.#world.send(this.index, to, { kind: "snapshot", snapshot });
    }
    return true;
  }

  #spoil(part: SnapshotPart): SnapshotPart | undefined {
    const { prng } = this.#world;
    const { certificate, entries } = part;
    switch (prng.below(6)) {
      case 0:
        return undefined;
      case 1:
        return { ...part, entries: this.#alter(entries) };
      case 2:
        return { ...part, certificate: { ...certificate, chain: this.#hash() } };
      case 3: {
        const statements = certificate.statements.slice(prng.below(2) + 1);
        return { ...part, certificate: { ...certificate, statements } };
      }
      case 4:
        return { ...part, sessions: new Sessions(1).encode() };
      default:
        return part;
    }
  }

  #alter(entries: readonly Entry[]): readonly Entry[] {
    if (this.#world.prng.chance(0.5)) return entries.slice(1);
    return entries.map(() => ({ outcome: { kind: "closed" }, value: undefined }));
  }

  /** Certificates that only liars have signed. */
  #ownSnapshot(): Snapshot {
    const { context, scenario, prng } = this.#world;
    const position = context.settings.checkpointEvery * prng.between(1, 4);
    const model = this.#world.someHonest().state.learners;
    const stand = model[0]!.stands.get(0) ?? { sessions: this.#hash(), encoded: new Uint8Array() };
    const heads = context.graph.spec.learners.map((_, learner) => ({
      learner,
      chain: this.#hash(),
      sessions: stand.sessions,
    }));
    const statements = membersOf(scenario.liars).map((signer) => {
      const statement = { signer, position, heads };
      const bytes = canonicalCheckpoint(context.configDigest, statement);
      return { statement, signature: simulatedSigner(signer).sign(bytes) };
    });
    const parts = heads.map((head): SnapshotPart => ({
      certificate: { ...head, position, statements },
      sessions: stand.encoded,
      from: position,
      head: head.chain,
      entries: [],
    }));
    return { position, parts };
  }

  /** Says that it has stopped, and hides what it has sent. */
  #close(): boolean {
    const { context, prng, honest } = this.#world;
    const { learnerCount } = context.graph;
    const instance = this.#near();
    const learner = prng.below(learnerCount);
    const statement = { signer: this.index, instance, learner, last: undefined };
    const signature = simulatedSigner(this.index)
      .sign(canonicalClosing(context.configDigest, statement));
    for (const to of prng.some(honest, 0.8)) {
      const signed = { statement, signature };
      this.#world.send(this.index, to, { kind: "closing", signed, past: [] });
    }
    return true;
  }

  #near(): Position {
    const { prng } = this.#world;
    const { state } = this.#world.someHonest();
    const prefix = prng.pick(state.learners)!.prefix;
    return Math.max(0, prefix + prng.between(-1, 2));
  }

  #end(): Position {
    return Math.max(1, ...this.#world.someHonest().state.learners.map(({ prefix }) => prefix + 1));
  }

  #anything(): Uint8Array {
    const { prng } = this.#world;
    if (prng.chance(0.3)) return new Uint8Array([prng.below(3)]);
    if (prng.chance(0.3)) return encodeBatch([]);
    const client = `stranger ${prng.below(4)}`;
    return encodeBatch([{ client, sequence: 1 + prng.below(3), payload: new Uint8Array() }]);
  }

  #hash(): LogHash {
    const { context, prng } = this.#world;
    return context.hash(new Uint8Array([prng.below(3)])) as LogHash;
  }

  #send(packet: Packet): void {
    this.#world.broadcast(this.index, packet);
  }
}
