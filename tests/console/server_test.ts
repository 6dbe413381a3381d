import { assert, assertEquals, assertRejects } from "@std/assert";
import { InstanceLines } from "../../cli/console/instance_lines.ts";
import { type ConsoleSource, serveConsole } from "../../cli/console/server.ts";
import { OperatorError } from "../../lib/wire/operator_error.ts";

const MADE = `<p><script type="application/json" id="boot">{}</script></p>`;

const HOSTILE = `</script><script>alert(1)</script><!-- \u202e "$&`;

const SOURCE: ConsoleSource = {
  boot: { mode: "live", title: HOSTILE },
  instance: (number) => number === 7n ? new Blob(["{}\n"]).stream() : undefined,
  propose: (instance, value) =>
    Promise.resolve({ ours: true, decisions: [[`${instance}`, value]] }),
};

/** Asks as a browser would that shows the page, unless told otherwise. */
async function ask(url: string, init: RequestInit & { client?: Deno.HttpClient } = {}) {
  const answer = await fetch(url, init);
  return [answer.status, await answer.text(), answer.headers] as const;
}

Deno.test("a console answers at its address, and nowhere else", async () => {
  const { url, close } = await serveConsole(SOURCE, MADE, 0);
  const { origin } = new URL(url);
  const [status, text, headers] = await ask(url);
  assertEquals([status, headers.get("cache-control")], [200, "no-store"]);
  assertEquals(headers.get("content-security-policy"), "frame-ancestors 'none'");
  const boot = /id="boot">(.*)<\/script><\/p>$/.exec(text)![1]!;
  const title = HOSTILE.replace("\u202e", "\\u{202e}");
  assertEquals(JSON.parse(boot), { ...SOURCE.boot, title });
  assert(!boot.includes("<"), boot);
  for (const path of ["/", `/${"0".repeat(32)}/`, new URL(url).pathname.slice(0, -1)]) {
    assertEquals((await ask(`${origin}${path}`))[0], 404, path);
  }
  assertEquals((await ask(`${url}instance/7`))[1], "{}\n");
  for (const path of ["instance/8", "instance/x", `instance/${2n ** 64n}`, "trace", "a/b"]) {
    assertEquals((await ask(url + path))[0], 404, path);
  }
  assertEquals((await ask(url, { method: "DELETE" }))[0], 405);
  await close();
});

Deno.test("a page of somebody else cannot propose, under whatever name it finds the console", async () => {
  const { url, close } = await serveConsole(SOURCE, MADE, 0);
  const { origin, host } = new URL(url);
  const json = { "content-type": "application/json", origin };
  const post = async (body: string, headers: HeadersInit = json) =>
    await ask(`${url}propose`, { method: "POST", body, headers });
  const good = JSON.stringify({ instance: "7", value: "x" });
  assertEquals((await post(good))[1], '{"ours":true,"decisions":[["7","x"]]}');
  assertEquals((await post(good, { ...json, origin: "http://elsewhere.invalid" }))[0], 403);
  assertEquals((await post(good, { "content-type": "application/json" }))[0], 403);
  assertEquals((await post(good, { ...json, "content-type": "text/plain" }))[0], 415);
  assertEquals((await post("x".repeat(70_000)))[0], 413);
  for (const body of ["", "[", "null", "{}", '{"instance":"-1","value":""}', '{"instance":"1"}']) {
    assertEquals((await post(body))[0], 400, body);
  }
  assertEquals((await ask(`${url}propose`))[0], 405);
  // Under another name, as a page has it whose own name was made to lead here.
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(host.split(":")[1]),
  });
  const { pathname } = new URL(url);
  const request = `GET ${pathname} HTTP/1.1\r\nhost: evil.invalid\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const answer = await new Response(connection.readable).text();
  assert(answer.startsWith("HTTP/1.1 421 "), answer.slice(0, 40));
  await close();
});

Deno.test("a port that is taken is one clear line", async () => {
  const { url, close } = await serveConsole(SOURCE, MADE, 0);
  const port = Number(new URL(url).port);
  const error = await assertRejects(() => serveConsole(SOURCE, MADE, port), OperatorError);
  assert(/^--port \d+: .*in use/.test(error.message), error.message);
  await close();
});

const line = (instance: number, text: string) =>
  `{"node":"a \\"instance\\":\\"9\\"","instance":"${instance}",${text}}`;

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  return (await new Response(stream).text()).trimEnd().split("\n");
}

Deno.test("lines of an instance are kept as long as there is room, and followed to their end", async () => {
  const lines = new InstanceLines(1_500);
  lines.write(`{"trace":2}`);
  lines.write(line(1, `"open":"asks"`));
  const hash = "ab".repeat(32);
  lines.write(line(1, `"step":0,"valueHash":"${hash}"`));
  const known = new Map<string, string>();
  const followed = read(lines.follow(1n, (hash) => known.get(hash)));
  await new Promise((resolve) => setTimeout(resolve));
  known.set(hash, HOSTILE);
  lines.write(line(1, `"step":1`));
  for (let i = 2; i < 9; i++) lines.write(line(i, `"open":"asks"`));
  const [header, ...rest] = await followed;
  assertEquals(header, `{"trace":2}`);
  const told = rest.filter((each) => each.startsWith('{"value"'));
  assertEquals(told, [JSON.stringify({ value: hash, text: HOSTILE })]);
  assertEquals(rest.filter((each) => !told.includes(each)).length, 3);
  const kept = lines.instances;
  assert(!kept.includes(1n) && kept.includes(8n), kept.join());
  // One that is asked for before it begins is followed from when it does.
  const early = lines.follow(99n, () => undefined).getReader();
  assertEquals(lines.instances.includes(99n), false);
  lines.write(line(99, `"open":"asks"`));
  const texts = [await early.read(), await early.read()]
    .map(({ value }) => new TextDecoder().decode(value));
  assertEquals(texts.join(""), `{"trace":2}\n${line(99, `"open":"asks"`)}\n`);
  await early.cancel();
});

Deno.test("who follows and does not read, or goes away, holds nothing", async () => {
  const lines = new InstanceLines();
  lines.write(`{"trace":2}`);
  lines.write(line(1, `"open":"asks"`));
  const stream = lines.follow(1n, () => undefined);
  const reader = stream.getReader();
  await reader.read();
  for (let i = 0; i < 1000; i++) lines.write(line(1, `"step":${i}`));
  const { value } = await reader.read();
  assert(new TextDecoder().decode(value).split("\n").length <= 101);
  await reader.cancel();
  const other = await read(
    lines.follow(1n, () => undefined).pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          if (new TextDecoder().decode(chunk).includes('"step":999')) controller.terminate();
        },
      }),
    ),
  );
  assertEquals(other.length, 1002);
});
