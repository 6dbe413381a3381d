/** Connections that come to nothing: which of them have to go, and when. */
import { assertEquals } from "@std/assert";
import { networkOf, Pending } from "../../lib/net/pending.ts";

/** A socket of an address, and what has become of it. */
class FakeSocket {
  destroyed = false;
  #onClose = () => {};

  constructor(readonly remoteAddress: string, readonly remotePort: number) {}

  destroy(): void {
    this.destroyed = true;
    this.#onClose();
  }

  once(_event: "close", listener: () => void): void {
    this.#onClose = listener;
  }
}

/** A room for `max`, and what came out of it. */
function room(max: number) {
  const pending = new Pending(max);
  const gone: string[] = [];
  let port = 0;
  return {
    pending,
    gone,
    come(address: string): FakeSocket {
      const socket = new FakeSocket(address, ++port);
      const out = pending.add(socket, port, () => gone.push(`${address}:${socket.remotePort}`));
      if (out !== undefined) gone.push(`pushed ${out}`);
      return socket;
    },
    speak(socket: FakeSocket): boolean {
      return pending.spoke(`${socket.remoteAddress}:${socket.remotePort}`);
    },
  };
}

Deno.test("a flood from one address pushes out its own", () => {
  const { pending, gone, come } = room(8);
  const honest = [come("10.0.0.1"), come("10.0.0.2")];
  for (let i = 0; i < 1_000; i++) come("192.0.2.7");
  assertEquals(honest.map(({ destroyed }) => destroyed), [false, false]);
  assertEquals([pending.size, gone.length], [8, 994]);
});

Deno.test("a flood of the silent does not push out who shakes hands, nor who is about to", () => {
  const { come, speak } = room(8);
  const shaking = come("192.0.2.7");
  for (let i = 0; i < 6; i++) come("192.0.2.7");
  speak(shaking);
  for (let i = 0; i < 1_000; i++) {
    const newest = come("192.0.2.7");
    assertEquals(newest.destroyed, false);
  }
  assertEquals(shaking.destroyed, false);
});

Deno.test("a flood of those who begin to shake hands does not push out who is about to", () => {
  const { come, speak } = room(8);
  for (let i = 0; i < 8; i++) speak(come("192.0.2.7"));
  const newcomer = come("192.0.2.7");
  for (let i = 0; i < 1_000; i++) speak(come("192.0.2.7"));
  assertEquals(newcomer.destroyed, false);
});

Deno.test("what is settled, or has closed by itself, is counted no more", () => {
  const { pending, gone, come, speak } = room(8);
  const [first, second, third] = [come("10.0.0.1"), come("10.0.0.1"), come("10.0.0.2")];
  assertEquals(pending.settle("10.0.0.1:1"), first);
  assertEquals(pending.settle("10.0.0.1:1"), undefined);
  second.destroy();
  assertEquals(gone, ["10.0.0.1:2"]);
  assertEquals(speak(second), false);
  first.destroy();
  assertEquals([pending.size, gone.length], [1, 1]);
  assertEquals(pending.dropOne(), "10.0.0.2:3");
  assertEquals([third.destroyed, pending.dropOne(), gone.length], [true, undefined, 1]);
});

Deno.test("who takes too long is closed, and nobody else", () => {
  const { pending, gone, come } = room(8);
  const [first, second, third] = [come("10.0.0.1"), come("10.0.0.2"), come("10.0.0.3")];
  assertEquals(pending.expire(2), ["10.0.0.1:1", "10.0.0.2:2"]);
  assertEquals([first, second, third].map(({ destroyed }) => destroyed), [true, true, false]);
  assertEquals([pending.size, gone], [1, []]);
});

Deno.test("one machine has many addresses of IPv6, and one of IPv4", () => {
  const same: readonly (readonly [string, string])[] = [
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::2%eth1"],
    ["2001:db8::1", "2001:db8:0:0:5::1"],
  ];
  for (const [one, other] of same) assertEquals(networkOf(one), networkOf(other), one);
  const apart: readonly (readonly [string, string])[] = [
    ["192.0.2.1", "192.0.2.2"],
    ["2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["::1", "2001:db8::1"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.2"],
  ];
  for (const [one, other] of apart) assertEquals(networkOf(one) === networkOf(other), false, one);
});
