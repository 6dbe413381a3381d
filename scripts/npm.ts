/**
 * Makes the npm package in dist, for Node and browsers, of the sources that Deno runs: TypeScript's
 * own compiler takes the types away and writes declarations. With `--check` it is packed, installed
 * into a folder of its own, and used there by Node as its users will.
 *
 * @module
 */

import { dirname } from "node:path";
import { freePorts } from "../cli/demo/child.ts";
import { VERSION } from "../cli/version.ts";
import configuration from "../deno.json" with { type: "json" };
import { planHomogeneous } from "../lib/config/cluster_plan.ts";
import { loadConfiguration } from "../lib/config/configuration.ts";
import { generateConfigs } from "../lib/config/generate.ts";
import { startAcceptor } from "../lib/process/embedded.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { run } from "./run.ts";
import { listFiles } from "./sources.ts";

/** Where it is made: a folder of its own, from when it begins. */
let folder = "";

/** Doors of deno.json that need nothing of Deno, by what they are called in the package. */
const DOORS: Readonly<Record<string, string>> = {
  ".": "scripts/npm/index.ts",
  ...Object.fromEntries(
    (["./client", "./core", "./graph", "./wire", "./trace", "./evidence", "./log"] as const)
      .map((door) => [door, configuration.exports[door].replace(/^\.\//, "")]),
  ),
};

/** Packages that what is behind the doors imports. */
const DEPENDENCIES = [
  "@bufbuild/protobuf",
  "@connectrpc/connect",
  "@connectrpc/connect-node",
  "@noble/curves",
  "@noble/hashes",
] as const;

/** What Deno has and Node 20 and browsers of some years ago lack. */
const SHIMS = { name: "core-js", version: "3.51.0" } as const;

const SHIMMED = [
  "promise/with-resolvers",
  ...["from-base64", "from-hex", "set-from-base64", "set-from-hex", "to-base64", "to-hex"]
    .map((name) => `typed-array/${name}`),
];

/** The compiler, and what it must know of Node. */
const TOOLS = { typescript: "5.9.3", "@types/node": "20.19.25" } as const;

const QUIET = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"] as const;

await runScript({
  name: "deno task npm",
  summary: "Make the npm package for Node and browsers in dist",
  description: "Compiles the doors that need nothing of Deno with TypeScript's compiler, writes " +
    "package.json, and packs it. Needs npm, which fetches the compiler and the dependencies.",
  flags: [{ name: "check", kind: "boolean", help: "install it elsewhere, and use it with Node" }],
  exits: [
    { status: EXIT.ok, means: "made, and with --check it works" },
    { status: EXIT.internal, means: "it does not" },
  ],
}, async ({ flags }) => {
  folder = await Deno.makeTempDir({ prefix: "hetpaxos_npm_" });
  try {
    const archive = await make();
    console.log(`${archive.slice(ROOT.length + 1)}: ${(await Deno.stat(archive)).size} bytes`);
    if (flags.check) await check(archive);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Makes the package; its path. */
async function make(): Promise<string> {
  await write("package.json", JSON.stringify(manifest(), undefined, 2));
  for (const file of ["README.md", "LICENSE"]) {
    await Deno.copyFile(`${ROOT}/${file}`, `${folder}/${file}`);
  }
  await write("tsconfig.json", JSON.stringify(compilerOptions()));
  // Beside the package.json that says what kind of modules they are, and the packages they import.
  for (const path of await listFiles(["lib", "scripts/npm"], [".ts"])) {
    const copy = `${folder}/src/${path}`;
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.copyFile(`${ROOT}/${path}`, copy);
  }
  const tools = Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`);
  await must(["npm", "install", "--no-save", ...QUIET, ...tools], folder);
  await must(["node_modules/.bin/tsc", "--project", "tsconfig.json"], folder);
  for (const [door, source] of Object.entries(DOORS)) await writeDoor(nameOf(door), source);
  const shims = SHIMMED.map((path) => `import "${SHIMS.name}/actual/${path}.js";\n`).join("");
  await write("shims.js", shims);
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  const packed = await must(
    ["npm", "pack", ...QUIET, "--pack-destination", `${ROOT}/dist`],
    folder,
  );
  return `${ROOT}/dist/${packed.trim().split("\n").at(-1)}`;
}

function nameOf(door: string): string {
  return door === "." ? "index" : door.slice(2);
}

function manifest() {
  const pinned: Readonly<Record<string, string>> = configuration.imports;
  const version = (name: string) => pinned[name]!.slice(`npm:${name}@`.length);
  return {
    name: configuration.name,
    version: VERSION,
    description: "Heterogeneous Paxos: a client, its log, and the protocol as a function",
    license: configuration.license,
    type: "module",
    engines: { node: ">=20" },
    exports: Object.fromEntries(
      Object.keys(DOORS).map((door) => [door, {
        types: `./${nameOf(door)}.d.ts`,
        default: `./${nameOf(door)}.js`,
      }]),
    ),
    files: ["*.js", "*.d.ts", "esm"],
    sideEffects: ["./shims.js"],
    dependencies: {
      ...Object.fromEntries(DEPENDENCIES.map((name) => [name, version(name)])),
      [SHIMS.name]: SHIMS.version,
    },
  };
}

/** Types are checked by Deno; here they are only taken away. */
function compilerOptions() {
  return {
    compilerOptions: {
      target: "es2022",
      lib: ["esnext", "dom", "dom.iterable"],
      module: "nodenext",
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
      declaration: true,
      noCheck: true,
      strict: true,
      types: ["node"],
      rootDir: "src",
      outDir: "esm",
    },
    files: Object.values(DOORS).map((source) => `src/${source}`),
  };
}

async function writeDoor(name: string, source: string): Promise<void> {
  const module = `./esm/${source.replace(/\.ts$/, ".js")}`;
  await write(`${name}.js`, `import "./shims.js";\nexport * from "${module}";\n`);
  await write(`${name}.d.ts`, `export * from "${module}";\n`);
}

async function write(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/${file}`, text);
}

/** What it prints. @throws OperatorError if it fails; then that is shown. */
async function must(command: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(command, { cwd });
  if (code !== 0) console.error(output.trimEnd());
  if (code === 0) return output;
  throw new OperatorError(EXIT.internal, `${command.join(" ")} failed`, cwd);
}

/** Installs the package where nothing else is, and has Node use it with acceptors of ours. */
async function check(archive: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_npm_" });
  const plan = planHomogeneous(["Alice", "Bob", "Carol", "Dave"], ["Eve"], {
    byzantine: 1,
    crash: 0,
  });
  const files = await generateConfigs(plan, { clients: 1, basePort: freePorts(4), log: true });
  const all = files.map(({ name, config }) => loadConfiguration(JSON.stringify(config), name));
  const acceptors = await Promise.all(
    all.filter(({ self }) => !self.client).map((each) => startAcceptor({ configuration: each })),
  );
  try {
    await Deno.writeTextFile(`${folder}/package.json`, '{"private":true,"type":"module"}');
    await must(["npm", "install", ...QUIET, archive], folder);
    await Deno.copyFile(`${ROOT}/scripts/npm/check.mjs`, `${folder}/check.mjs`);
    const { config } = files.find(({ name }) => name.startsWith("client"))!;
    await Deno.writeTextFile(`${folder}/client.json`, JSON.stringify(config), { mode: 0o600 });
    const vector = `${ROOT}/tests/vectors/log_proof.json`;
    console.log((await must(["node", "check.mjs", "client.json", vector], folder)).trim());
  } finally {
    await Promise.all(acceptors.map((acceptor) => acceptor.stop()));
    await Deno.remove(folder, { recursive: true });
  }
}
