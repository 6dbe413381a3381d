import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../cli/version.ts";
import { makeBom } from "../../scripts/sbom.ts";
import { readSource } from "../../scripts/sources.ts";

Deno.test("the bill of materials names what the programs load, with the hashes that are locked", async () => {
  const bom = await makeBom();
  assertEquals([bom.bomFormat, bom.specVersion], ["CycloneDX", "1.6"]);
  assertEquals(bom.metadata.component.version, VERSION);
  const names = bom.components.map(({ name }) => name);
  for (const name of ["deno", "@connectrpc/connect-node", "@bufbuild/protobuf", "asn1js"]) {
    assert(names.includes(name), name);
  }
  // Only tests and scripts load these.
  for (const name of ["fast-check", "marked", "nanotar"]) assert(!names.includes(name), name);
  const lock = JSON.parse(await readSource("deno.lock"));
  for (const { type, name, version, purl, hashes = [], licenses = [] } of bom.components) {
    assertEquals(licenses.length, 1, `${name} has no licence`);
    if (type === "platform") continue;
    assertEquals(purl, `pkg:npm/${name.replace("@", "%40")}@${version}`);
    const key = Object.keys(lock.npm).find((one) =>
      one === `${name}@${version}` || one.startsWith(`${name}@${version}_`)
    );
    const locked = atob(lock.npm[key!].integrity.replace("sha512-", ""));
    assertMatch(hashes[0]!.content, /^[0-9a-f]{128}$/);
    assertEquals(
      String.fromCharCode(...hashes[0]!.content.match(/../g)!.map((hex) => parseInt(hex, 16))),
      locked,
    );
  }
});

Deno.test("in the bill of materials every reference has its component, and every component is needed", async () => {
  const { metadata, components, dependencies } = await makeBom();
  const refs = [metadata.component, ...components].map((component) => component["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length);
  assertEquals(dependencies.map(({ ref }) => ref).toSorted(), refs.toSorted());
  const needed = new Set(dependencies.flatMap(({ dependsOn }) => dependsOn));
  assertEquals([...needed].toSorted(), refs.slice(1).toSorted());
});
