/**
 * Where local clusters are kept: one folder each, below one folder of the user's.
 *
 * @module
 */

import { rmdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import { quote } from "../../lib/wire/place.ts";
import type { Positional } from "../flags.ts";
import { environment } from "../terminal.ts";
import { spoken } from "./words.ts";

/** Where the state of clusters is: spread it into the flags of a command. */
export const STATE_FLAG = {
  name: "state-dir",
  kind: "text",
  value: "DIR",
  offers: "folder",
  help: "where clusters are kept, one folder each; HETPAXOS_STATE_DIR if not given, else " +
    "hetpaxos in XDG_STATE_HOME, else ~/.local/state/hetpaxos",
} as const;

/** The cluster as a positional argument. */
export const NAME_POSITIONAL: Positional = {
  name: "NAME",
  help: "the cluster; default if it is left out",
  optional: true,
};

/** The exit status that every command on a cluster may end with. */
export const STATE_EXIT = {
  status: EXIT.clusterState,
  means: "there is no such cluster, or its state does not permit this",
} as const;

/** What a cluster is called unless somebody says otherwise. */
export const DEFAULT_NAME = "default";

/** A process of a cluster. */
export interface Member {
  /** What people call it: an acceptor's name, or {@linkcode LEARNER}. */
  readonly name: string;
  /** The program that it runs. */
  readonly role: "acceptor" | "learner";
  /** How the names of its files begin. */
  readonly key: string;
  /** Where an acceptor listens; a learner does not. */
  readonly port?: number;
}

/** What the learner process is called. */
export const LEARNER = "learner";

/** What is written down of a cluster. */
export interface Description {
  /** Of this file. */
  readonly format: 1;
  /** What it promises, in one sentence. */
  readonly promise: string;
  /** Acceptors first, in the order of their ports. */
  readonly members: readonly Member[];
  /** Identities for whoever uses the cluster; the first is also asked for states. */
  readonly clients: readonly string[];
  /** The identity of the learner process; absent without one. */
  readonly learner?: string;
}

const DESCRIPTION = "cluster.json";

/** Its lock file marks a folder as a cluster's: nothing else is ever removed. */
export const MARK = "lock";

/** One cluster's folder and what is in it. */
export class ClusterFolder {
  /** Of the cluster. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** What to add to a command that is to find it again; empty if nothing. */
  readonly found: readonly string[];

  /**
   * Finds the place; nothing need be there.
   *
   * @param stateDir As `--state-dir` has it.
   * @throws OperatorError (usage) for an impossible name; (resource) if nothing says where.
   */
  constructor(name: string, stateDir: string | undefined) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
      const what =
        `${quote(name)} is no name of a cluster: up to 64 letters, digits, ".", "_" and ` +
        '"-", a letter or digit first';
      throw new OperatorError(EXIT.usage, what, "NAME");
    }
    this.name = name;
    this.path = join(stateRoot(stateDir), name);
    this.found = stateDir === undefined ? [] : ["--state-dir", stateDir];
  }

  /** A file of the cluster. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** The configuration file of a member or client. */
  config(key: string): string {
    return this.file(`${key}.json`);
  }

  /** Whether there is such a cluster, or the beginning of one. */
  exists(): boolean {
    try {
      Deno.lstatSync(this.file(MARK));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw cannot("be looked at", this.path, error);
    }
  }

  /**
   * What is written down of it.
   *
   * @throws OperatorError (clusterState) if there is no such cluster, or it was never finished.
   */
  describe(): Description {
    const description = this.describeOrNone();
    if (description !== undefined) return description;
    if (!this.exists()) throw this.noSuchCluster();
    throw this.refuse(
      `is being started, or its start was cut short: ${this.hint("down")} removes it`,
    );
  }

  /**
   * What is written down of it; undefined if nothing is.
   *
   * @throws OperatorError (resource) if it is damaged: its processes may run, and must not be
   * forgotten.
   */
  describeOrNone(): Description | undefined {
    const path = this.file(DESCRIPTION);
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw cannot("be read", path, error);
    }
    const description = readDescription(text);
    if (description !== undefined) return description;
    const what = "is damaged, or of another version, so nobody knows which processes run: end " +
      `those that pgrep -f ${this.path} finds, and remove ${this.path}`;
    throw new OperatorError(EXIT.resource, what, path);
  }

  /** Writes down what it is. */
  write(description: Description): void {
    const text = `${JSON.stringify(description, undefined, 2)}\n`;
    const path = this.file(DESCRIPTION);
    attempt("be written", path, () => {
      Deno.writeTextFileSync(`${path}.new`, text, { mode: 0o600 });
      Deno.renameSync(`${path}.new`, path);
    });
  }

  /** Makes the folder and those above it. @returns false if it is there already. */
  create(): boolean {
    const root = resolve(this.path, "..");
    attempt("be made", root, () => Deno.mkdirSync(root, { recursive: true, mode: 0o700 }));
    try {
      Deno.mkdirSync(this.path, { mode: 0o700 });
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw cannot("be made", this.path, error);
    }
  }

  /** Removes it with everything in it. */
  remove(): void {
    attempt("be removed", this.path, () => Deno.removeSync(this.path, { recursive: true }));
  }

  /** Removes what a start left that was cut short at its very beginning: an empty folder. */
  removeIfEmpty(): void {
    try {
      rmdirSync(this.path);
    } catch {
      // Not there, or no empty folder.
    }
  }

  /** A command on this cluster, as the user would type it. */
  hint(command: string, ...more: readonly string[]): string {
    return spoken("cluster", command, this.name, ...more, ...this.found);
  }

  /** The error for a command that the state of this cluster does not permit. */
  refuse(what: string): OperatorError {
    return new OperatorError(EXIT.clusterState, what, `cluster ${this.name}`);
  }

  /** The error for a command on a cluster that does not exist. */
  noSuchCluster(): OperatorError {
    const others = clusterNames(resolve(this.path, ".."));
    const there = others.length === 0 ? "" : `; there is ${others.slice(0, 8).join(", ")}`;
    return this.refuse(`there is none${there}: ${this.hint("up")} starts it`);
  }
}

/** Undefined if it is no description. */
function readDescription(text: string): Description | undefined {
  try {
    const read = JSON.parse(text) as Partial<Description> | null;
    const known = (read?.members ?? []).every((member) =>
      typeof member?.name === "string" && /^[\w.-]+$/.test(member.key) &&
      ["acceptor", "learner"].includes(member.role)
    );
    const whole = read?.format === 1 && Array.isArray(read.members) && Array.isArray(read.clients);
    return known && whole ? read as Description : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the clusters below a folder, sorted. */
export function clusterNames(root: string): string[] {
  try {
    return [...Deno.readDirSync(root)]
      .filter(({ name, isDirectory }) =>
        isDirectory && new Set(
          [...Deno.readDirSync(join(root, name))].map((entry) => entry.name),
        ).has(MARK)
      )
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw cannot("be read", root, error);
  }
}

/**
 * The folder that clusters are kept in.
 *
 * @throws OperatorError (resource) if nothing says where.
 */
export function stateRoot(stateDir: string | undefined): string {
  const given = stateDir ?? environment("HETPAXOS_STATE_DIR");
  if (given !== undefined) return resolve(given);
  const xdg = environment("XDG_STATE_HOME");
  // The specification has relative ones ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "hetpaxos");
  const home = environment("HOME");
  if (home !== undefined) return resolve(home, ".local/state/hetpaxos");
  const { state } = Deno.permissions.querySync({ name: "env", variable: "HOME" });
  const why = state === "granted"
    ? "HOME is not set"
    : "Deno was started without the permission --allow-env for HOME";
  const what = `${why}, so there is no place for a cluster: name one by --state-dir DIR`;
  throw new OperatorError(
    EXIT.resource,
    state === "granted" ? `${what}, or HETPAXOS_STATE_DIR` : what,
  );
}

/** Does something to a file or folder. @throws OperatorError (resource) if it is refused. */
export function attempt<T>(be: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw cannot(be, path, error);
  }
}

function cannot(be: string, path: string, error: unknown): OperatorError {
  return new OperatorError(EXIT.resource, `cannot ${be}: ${reasonOf(error)}`, path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound;
}
