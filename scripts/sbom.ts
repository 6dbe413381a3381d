/**
 * Writes what the programs are made of as a CycloneDX bill of materials: the packages that they
 * load, with the hashes of deno.lock, and the Deno that carries them. The same sources give the same
 * bytes.
 *
 * `deno task sbom [--out FILE]`
 *
 * @module
 */

import { commitOfSources, VERSION } from "../cli/version.ts";
import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { PROGRAMS } from "./programs.ts";
import { run } from "./run.ts";

/** The name of the file, whose ending is what CycloneDX recommends. */
export const SBOM = "hetpaxos.cdx.json";

/** A package as `deno info --json` tells it. */
interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Keys of the same table. */
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

interface Info {
  readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** A component of a bill of materials. */
export interface Component {
  readonly "type": "library" | "platform" | "application";
  readonly "bom-ref": string;
  readonly "name": string;
  readonly "version": string;
  readonly "purl": string;
  readonly "licenses"?: readonly { readonly expression: string }[];
  readonly "hashes"?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/** A bill of materials: the part of CycloneDX 1.6 that is used. */
export interface Bom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn: readonly string[];
  }[];
}

/**
 * The bill of materials of all programs together.
 *
 * @throws Error if Deno cannot tell their modules, or a package is not locked.
 */
export async function makeBom(): Promise<Bom> {
  const lock: Lock = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  const packages = new Map<string, NpmPackage>();
  const direct = new Set<string>();
  for (const { entry } of PROGRAMS) {
    const info = await infoOf(entry);
    const roots = info.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
    for (const key of roots) direct.add(key);
    for (const key of closure(roots, info)) packages.set(key, info.npmPackages[key]!);
  }
  const entries = [...packages].toSorted(([a], [b]) => a < b ? -1 : 1);
  const refs = new Map(entries.map(([key, { name, version }]) => [key, purl(name, version)]));
  const refsOf = (keys: Iterable<string>) => [...new Set([...keys].map((key) => refs.get(key)!))];
  const self = ourselves();
  const deno = platform();
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: self },
    components: [
      deno,
      ...await Promise.all(entries.map(([key, found]) => library(key, found, lock))),
    ],
    dependencies: [
      { ref: self["bom-ref"], dependsOn: [deno["bom-ref"], ...refsOf([...direct].toSorted())] },
      { ref: deno["bom-ref"], dependsOn: [] },
      ...entries.map(([key, { dependencies }]) => ({
        ref: refs.get(key)!,
        dependsOn: refsOf(dependencies.filter((other) => refs.has(other)).toSorted()),
      })),
    ],
  };
}

async function infoOf(entry: string): Promise<Info> {
  const { code, output } = await run(["deno", "info", "--quiet", "--json", entry]);
  if (code !== 0) throw new Error(`deno info ${entry} failed: ${output}`);
  return JSON.parse(output);
}

/** What these packages need, themselves included. */
function closure(roots: readonly string[], { npmPackages }: Info): Set<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    open.push(...npmPackages[key]?.dependencies ?? []);
  }
  return found;
}

/** A package URL; the at sign of a scope is written as its specification wants it. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

async function library(key: string, found: NpmPackage, lock: Lock): Promise<Component> {
  const integrity = lock.npm[key]?.integrity;
  if (!integrity?.startsWith("sha512-")) throw new Error(`${key}: deno.lock has no hash of it`);
  const ref = purl(found.name, found.version);
  const manifest = JSON.parse(await Deno.readTextFile(`${found.localPath}/package.json`));
  const content = [...atob(integrity.slice("sha512-".length))]
    .map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return {
    type: "library",
    "bom-ref": ref,
    name: found.name,
    version: found.version,
    purl: ref,
    ...typeof manifest.license === "string"
      ? { licenses: [{ expression: manifest.license as string }] }
      : {},
    hashes: [{ alg: "SHA-512", content }],
  };
}

function platform(): Component {
  const version = Deno.version.deno;
  const ref = `pkg:github/denoland/deno@v${version}`;
  const licenses = [{ expression: "MIT" }];
  return { type: "platform", "bom-ref": ref, name: "deno", version, purl: ref, licenses };
}

function ourselves(): Component {
  const ref = `pkg:generic/hetpaxos@${VERSION}?vcs_commit=${commitOfSources()}`;
  const licenses = [{ expression: "MIT" }];
  return {
    ...{ type: "application", "bom-ref": ref, name: "hetpaxos", version: VERSION },
    ...{ purl: ref, licenses },
  };
}

if (import.meta.main) {
  await runScript({
    name: "deno task sbom",
    summary: "Write what the programs are made of",
    description:
      "Writes a CycloneDX bill of materials: the packages that the programs load, with " +
      "the hashes of deno.lock, and the Deno that carries them.",
    flags: [{
      name: "out",
      kind: "text",
      value: "FILE",
      default: `${ROOT}/dist/${SBOM}`,
      offers: "file",
      help: "where to write it",
    }],
  }, async ({ flags: { out } }) => {
    const bom = await makeBom();
    if (out === `${ROOT}/dist/${SBOM}`) await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
    await Deno.writeTextFile(out, `${JSON.stringify(bom, null, 2)}\n`);
    console.log(`${out}: ${bom.components.length} components`);
  });
}
