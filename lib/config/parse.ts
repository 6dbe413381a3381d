/**
 * Reads the text of a configuration file into the message that the schema describes. What the
 * message means is worked out in config_addresses.ts, config_graph.ts and config_settings.ts.
 *
 * @module
 */

import { fromJson } from "@bufbuild/protobuf";
import { type Config, ConfigSchema } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { checkShape } from "./shape.ts";
import { type Json, parseJson } from "../wire/json_text.ts";
import { Place } from "../wire/place.ts";

/**
 * Reads a configuration: protobuf JSON of `hetpaxos.v1.Config`, in which members of `of` may be
 * written shorter ({@linkcode checkShape}).
 *
 * @param file How to call the file in messages.
 * @throws OperatorError with the line and column, or the path, of the first mistake.
 */
export function parseConfig(text: string, file: string): Config {
  const place = new Place(file);
  if (text.trim() === "") place.fail("is empty; `hetpaxos config generate` makes configurations");
  if (text.includes("\0")) place.fail("is binary, not JSON; is this the right file?");
  return configOfJson(parseJson(text, file, { integersOnly: true }), place);
}

/** Reads a configuration that is JSON already. @throws OperatorError as {@linkcode parseConfig}. */
export function configOfJson(json: Json, place: Place): Config {
  const checked = checkShape(ConfigSchema, json, place);
  try {
    return fromJson(ConfigSchema, checked as Parameters<typeof fromJson>[1]);
  } catch (error) {
    return place.fail(error instanceof Error ? error.message : String(error));
  }
}
