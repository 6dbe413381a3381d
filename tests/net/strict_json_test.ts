/** What a request in JSON may say, over each protocol. */
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { checkedRequest } from "../../lib/net/request_check.ts";
import type { ServiceHandlers } from "../../lib/net/rpc.ts";
import {
  HetPaxosService,
  ProposeRequestSchema,
  ProposeResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { ECHO, startServer, type TestServer } from "./fixture.ts";
import { framed, send } from "./raw_call.ts";

/** Proposals that got through. */
const taken: string[] = [];
const HANDLERS: ServiceHandlers = {
  ...ECHO,
  propose: ({ instance, value }) => {
    taken.push(`${instance} ${new TextDecoder().decode(value)}`);
    return Promise.resolve(create(ProposeResponseSchema));
  },
};

/** Ways to propose by JSON: content type, and what becomes of the text. */
const WAYS: Readonly<Record<string, (text: Uint8Array) => Uint8Array>> = {
  "application/json": (text) => text,
  "application/json; charset=utf-8": (text) => text,
  "APPLICATION/JSON": (text) => text,
  "application/grpc+json": framed,
  "application/grpc-web+json": framed,
};

/** Whether and why a proposal was refused. */
async function propose(
  server: TestServer,
  type: string,
  text: string | Uint8Array,
): Promise<string | undefined> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const before = taken.length;
  const answer = await send(server, "Propose", WAYS[type]!(bytes), {
    "content-type": type,
    te: "trailers",
  });
  let words = answer.grpcMessage;
  if (type.toLowerCase().startsWith("application/json")) {
    if (answer.status === 200) return undefined;
    const { code, message } = JSON.parse(answer.body.toString());
    assertEquals([answer.status, code], [400, "invalid_argument"]);
    words = message;
  } else {
    if (answer.grpcStatus === "0") return undefined;
    assertEquals(answer.grpcStatus, String(Code.InvalidArgument), words);
  }
  assertEquals(taken.length, before, "what is refused must not be proposed");
  return words;
}

const REFUSED: readonly (readonly [json: string, words: string])[] = [
  ['{"instance": 9007199254740993, "value": "eA=="}', "is beyond 2^53 - 1"],
  ['{"instance": 9007199254740992, "value": "eA=="}', "is beyond 2^53 - 1"],
  ['{"Instance": "7", "value": "eA=="}', "Instance: unknown field; did you mean"],
  ['{"instance": "7", "vlue": "eA=="}', "vlue: unknown field; did you mean"],
  ['{"instance": "7", "instance": "8", "value": "eA=="}', "is twice in one object"],
  ['{"value": "eA==", "__proto__": {}}', "__proto__: unknown field"],
  ['{"instance": 1e3, "value": "eA=="}', "the number 1e3 is not a whole one in plain digits"],
  ['{"instance": 1.0, "value": "eA=="}', "the number 1.0 is not a whole one in plain digits"],
  ['{"instance": 1.5, "value": "eA=="}', "the number 1.5 is not a whole one"],
  ['{"instance": -1, "value": "eA=="}', "a whole number from 0 to 18446744073709551615"],
  ['{"instance": -0, "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "1e3", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "1.0", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": " 7", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "+7", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "-7", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "0x7", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "007", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "", "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "18446744073709551616", "value": "eA=="}', "from 0 to 18446744073709551615"],
  ['{"instance": true, "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": [7], "value": "eA=="}', "a whole number in plain digits"],
  ['{"instance": "7", "value": "eA"}', "base64 is expected"],
  ['{"instance": "7", "value": "eA="}', "base64 is expected"],
  ['{"instance": "7", "value": "eB=="}', "base64 is expected"],
  ['{"instance": "7", "value": "_-8="}', "base64 is expected"],
  ['{"instance": "7", "value": "eA==\\n"}', "base64 is expected"],
  ['{"instance": "7", "value": 5}', "base64 is expected"],
  ['{"instance": "7", "value": "eA==", "learners": "Eve"}', "learners: is the string"],
  ['{"instance": "7", "value": "eA==", "learners": [null]}', "learners[0]: is null"],
  ['{"instance": "7", "value": "eA==", "learners": ["\\ud800"]}', "a string is expected"],
  ['["7"]', "is a list; an object"],
  ["null", "is null; an object"],
  ["", "a value is expected"],
  ['{"instance": "7"} {}', "more text after the end"],
  ["\ufeff{}", "where a value is expected"],
];

const TAKEN: readonly (readonly [json: string, proposal: string])[] = [
  ['{"instance": "7", "value": "eA=="}', "7 x"],
  ['{"instance": 7, "value": "eA==", "learners": []}', "7 x"],
  ['{"instance": 9007199254740991, "value": "eA=="}', "9007199254740991 x"],
  ['{"instance": "9007199254740993", "value": "eA=="}', "9007199254740993 x"],
  ['{"instance": "18446744073709551615", "value": "eA=="}', "18446744073709551615 x"],
  ['{"value": "eHl6", "instance": null}', "0 xyz"],
  [' { "value" : "" }\n', "0 "],
];

for (const type of Object.keys(WAYS)) {
  Deno.test(`requests in JSON mean one thing or are refused: ${type}`, async () => {
    await using server = await startServer({
      handlers: HANDLERS,
      bounds: { callRate: [1_000, 1_000], connectionRate: [1_000, 1_000] },
    });
    for (const [json, words] of REFUSED) {
      const said = await propose(server, type, json);
      assert(said !== undefined, json);
      assertStringIncludes(said, words, json);
    }
    const latin1 = Buffer.from('{"learners": ["\xe9"]}', "latin1");
    assertStringIncludes(await propose(server, type, latin1) ?? "taken", "is not UTF-8");
    for (const [json, proposal] of TAKEN) {
      assertEquals(await propose(server, type, json), undefined, json);
      assertEquals(taken.at(-1), proposal);
    }
  });
}

Deno.test("what comes as protobuf, or in many small pieces, is taken as before", async () => {
  await using server = await startServer({ handlers: HANDLERS });
  const message = create(ProposeRequestSchema, { instance: 5n, value: Uint8Array.of(0x79) });
  const bytes = toBinary(ProposeRequestSchema, message);
  const { status } = await send(server, "Propose", bytes, { "content-type": "application/proto" });
  assertEquals([status, taken.at(-1)], [200, "5 y"]);
  const long = JSON.stringify({
    instance: "6",
    value: Buffer.alloc(300_000, "z").toString("base64"),
  });
  for (const type of ["application/json", "application/grpc-web+json"]) {
    assertEquals(await propose(server, type, long), undefined);
    assertEquals(taken.at(-1)?.length, 300_002);
  }
});

Deno.test("messages of a stream are checked one by one, however they are cut", async () => {
  const messages = ['{"instance":"1"}', '{"value":"eA=="}', "{}"].map((text) =>
    framed(new TextEncoder().encode(text))
  );
  const all = Buffer.concat(messages);
  for (const size of [1, 3, 5, 7, 16, 1_000]) {
    const read = async (bytes: Uint8Array) => {
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      };
      const request = {
        httpVersion: "2.0",
        method: "POST",
        url: "https://x/",
        header: new Headers({ "content-type": "application/connect+json" }),
        body: chunks(),
        signal: new AbortController().signal,
      };
      const method = HetPaxosService.method.propose;
      const body = checkedRequest(method, request, 64).body as AsyncIterable<Uint8Array>;
      const got: Uint8Array[] = [];
      for await (const part of body) got.push(part);
      return Buffer.concat(got);
    };
    assertEquals(await read(all), all, `in pieces of ${size}`);
    const cut = all.subarray(0, all.length - 1);
    assertEquals(await read(cut), cut, "what is cut off is passed on, for Connect to refuse");
    const bad = Buffer.concat([all, framed(Buffer.from('{"Instance":"1"}'))]);
    await assertRejects(() => read(bad), ConnectError, "Instance: unknown field");
    const long = Buffer.concat([all, framed(Buffer.alloc(65, " "))]);
    assertEquals(await read(long), long, "what is too long is passed on, for Connect to refuse");
  }
});

Deno.test("no flag of a frame makes a message pass unread", async () => {
  await using server = await startServer({ handlers: HANDLERS });
  const frame = framed(Buffer.from('{"Instance":"7","value":"eA=="}'));
  const before = taken.length;
  for (const type of ["application/grpc+json", "application/grpc-web+json"]) {
    for (const flags of [0, 1, 2, 4, 8, 16, 32, 64, 128, 255]) {
      frame[0] = flags;
      const headers = { "content-type": type, te: "trailers" };
      const { grpcStatus } = await send(server, "Propose", frame, headers);
      assert(!["0", "undefined"].includes(grpcStatus), `${type}, ${flags}: ${grpcStatus}`);
    }
  }
  assertEquals(taken.length, before);
});

Deno.test("a message that is too long is refused as such", async () => {
  await using server = await startServer({ handlers: HANDLERS });
  const long = JSON.stringify({ value: "A".repeat(1_600_000) });
  const { status, body } = await send(server, "Propose", Buffer.from(long), {
    "content-type": "application/json",
  });
  assertEquals([status, JSON.parse(body.toString()).code], [429, "resource_exhausted"]);
  const answer = await send(server, "Propose", framed(Buffer.from(long)), {
    "content-type": "application/grpc-web+json",
  });
  assertEquals(answer.grpcStatus, String(Code.ResourceExhausted));
});

Deno.test("the query of a GET is read as strictly", async () => {
  await using server = await startServer({ handlers: HANDLERS });
  const get = async (query: string) => {
    const { status, body } = await send(server, `GetStatus?${query}`, undefined, {});
    const answer = JSON.parse(body.toString());
    return [status, answer.code ?? answer.name, answer.message ?? ""];
  };
  const base64 = Buffer.from("{}").toString("base64url");
  assertEquals(await get("encoding=json&message=%7B%7D"), [200, "alice", ""]);
  assertEquals(await get(`encoding=json&base64=1&message=${base64}`), [200, "alice", ""]);
  assertEquals(
    await get("encoding=json&message=%7B%22x%22%3A1%7D"),
    [400, "invalid_argument", "x: unknown field (known here: none)"],
  );
  assertEquals(
    await get("encoding=json&base64=1&message=*"),
    [400, "invalid_argument", "message is not base64 of the alphabet for URLs"],
  );
  assertEquals(
    await get("encoding=json&message=%7B%7D&message=%7B%7D"),
    [400, "invalid_argument", "a parameter is twice in the query"],
  );
  const wrong = await send(server, "Propose?encoding=json&message=%7B%7D", undefined, {});
  assertEquals(wrong.status, 405);
});
