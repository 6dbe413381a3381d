/** Where connections arrive, when they cease to. */
import { assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { Door } from "../../lib/net/door.ts";

/** Listens and takes nobody in, as an accept loop that has ended without an event. */
class DeafServer extends EventEmitter {
  #listener: Deno.TcpListener | undefined;

  listen(port: number, hostname: string, done?: () => void): this {
    this.#listener = Deno.listen({ hostname, port });
    if (done !== undefined) queueMicrotask(done);
    return this;
  }

  address() {
    const { hostname, port } = this.#listener!.addr;
    return { address: hostname, port, family: "IPv4" };
  }

  close(): this {
    this.#listener?.close();
    return this;
  }
}

Deno.test("a door at which nobody arrives any more is opened anew, and told of", async () => {
  const troubles: string[] = [];
  const arrival = Promise.withResolvers<void>();
  let made = 0;
  const door = new Door({
    bounds: { doorCheckMs: 10 },
    makeServer: (onArrival) =>
      made++ === 0 ? new DeafServer() as unknown as Server : createServer(onArrival),
    onArrival: (socket) => void socket.destroy().once("close", arrival.resolve),
    onTrouble: (detail) => troubles.push(detail),
  });
  const { port } = await door.listen("127.0.0.1", 0);
  try {
    // What arrived before; then a connection of its own; then that has not arrived.
    for (const nowMs of [10, 20, 30]) {
      assertEquals(troubles, []);
      door.check(nowMs);
    }
    assertEquals(troubles, ["a connection to ourselves did not arrive"]);
    const caller = connect(port, "127.0.0.1").on("error", () => {});
    const left = new Promise<void>((resolve) => caller.once("close", () => resolve()));
    caller.resume();
    await Promise.all([arrival.promise, left]);
  } finally {
    door.close();
  }
});
