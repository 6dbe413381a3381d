import { assertEquals, assertThrows } from "@std/assert";
import { releaseNotes, sectionOf } from "../../scripts/changelog.ts";

const TEXT = `# Changelog

## [Unreleased]

### Added

- New.

## [1.2.3] - 2026-01-02

### Fixed

- Old.

[1.2.3]: https://example.com/v1.2.3
`;

Deno.test("the notes of a release are the changelog's section, without heading and links", () => {
  assertEquals(sectionOf(TEXT, "1.2.3"), "### Fixed\n\n- Old.");
  assertEquals(sectionOf(TEXT, "1.2"), undefined);
  assertEquals(releaseNotes(TEXT, "1.2.3"), "### Fixed\n\n- Old.\n");
  assertEquals(releaseNotes(TEXT, "1.2.3", "v1.2.3"), "### Fixed\n\n- Old.\n");
  assertEquals(releaseNotes(TEXT, "1.3.0"), "### Added\n\n- New.\n");
});

Deno.test("a tag that is not the version's, or has no section, is refused", () => {
  assertThrows(() => releaseNotes(TEXT, "1.2.3", "v1.2.4"), Error, "the tag is");
  assertThrows(() => releaseNotes(TEXT, "1.2.3", "1.2.3"), Error, 'not "v1.2.3"');
  assertThrows(() => releaseNotes(TEXT, "1.3.0", "v1.3.0"), Error, "says nothing");
  assertThrows(() => releaseNotes("# Changelog\n\n## [1.0.0]\n\n", "1.0.0"), Error, "says nothing");
});
