/**
 * From the door to the handshake: connections of which nobody knows yet whose they are.
 *
 * @module
 */

import type { AddressInfo, Socket } from "node:net";
import type { RefusalReason } from "./admission.ts";
import type { NetBounds } from "./bounds.ts";
import { Door } from "./door.ts";
import { Pending, type PendingSocket, remoteOf } from "./pending.ts";
import { releaseSocketWhenClosed } from "./socket_release.ts";

/** What a {@linkcode Reception} needs to know. */
export interface ReceptionOptions {
  /** How many may wait, and for how long. */
  readonly bounds: NetBounds;
  /** Nobody has to show anything. */
  readonly isOpen: boolean;
  /** Begins to serve a socket: with TLS, unless it is in the clear. */
  begin(socket: Socket): void;
  /** A connection comes to nothing. */
  onRefused(reason: RefusalReason, remote: string, detail: string): void;
  /** Nobody could arrive any more, and it listens anew: for a person. */
  onTrouble(detail: string): void;
}

/** Connections of strangers that are closed when descriptors have run out. */
const DESCRIPTORS_FREED = 32;

/** Takes connections in, up to the end of their handshakes. */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #pending: Pending;
  readonly #door: Door;

  /** Listens to nothing yet. */
  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#pending = new Pending(options.bounds.pendingMax);
    this.#door = new Door({
      bounds: options.bounds,
      onArrival: (socket) => this.#arrived(socket),
      onTrouble: (detail, outOfDescriptors) => this.#onTrouble(detail, outOfDescriptors),
    });
  }

  /** Begins to listen. Rejects with what the system says. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return this.#door.listen(host, port);
  }

  /** Looks for those that take too long, and whether others can arrive. */
  check(nowMs: number): void {
    for (const remote of this.#pending.expire(nowMs - this.#options.bounds.handshakeMs)) {
      this.#options.onRefused("HANDSHAKE", remote, "the handshake took too long");
    }
    this.#door.check(nowMs);
  }

  /**
   * It is known whose this is, or that it is nobody's. Returns the socket that arrived, under TLS;
   * undefined if it was not pending.
   */
  settle(remote: string): PendingSocket | undefined {
    return this.#pending.settle(remote);
  }

  /** A handshake has failed. */
  failed(remote: string, detail: string): void {
    // What we have cut off ourselves fails too, and has been told.
    if (this.#pending.settle(remote) !== undefined) {
      this.#options.onRefused("HANDSHAKE", remote, detail);
    }
  }

  /** Frees the port, and closes everything that is not settled. */
  close(): void {
    this.#door.close();
    this.#pending.expire(Infinity);
  }

  #arrived(socket: Socket): void {
    socket.on("error", () => {});
    if (this.#options.isOpen) return this.#options.begin(socket);
    const { onRefused } = this.#options;
    const remote = remoteOf(socket);
    const pushedOut = this.#pending.add(
      socket,
      performance.now(),
      () => onRefused("HANDSHAKE", remote, "closed before the handshake was over"),
    );
    if (pushedOut !== undefined) {
      onRefused("PENDING_FULL", pushedOut, "too many unfinished handshakes");
    }
    let carriesTls = false;
    releaseSocketWhenClosed(socket, () => carriesTls);
    // TLS costs many times what a socket does: it begins when there is something to read.
    socket.once("readable", () => {
      const words: Uint8Array | null = socket.read();
      if (words === null || !this.#pending.spoke(remote)) return void socket.destroy();
      socket.unshift(words);
      carriesTls = true;
      this.#options.begin(socket);
    });
  }

  #onTrouble(detail: string, outOfDescriptors: boolean): void {
    this.#options.onTrouble(detail);
    if (!outOfDescriptors) return;
    for (let room = DESCRIPTORS_FREED; room > 0; room--) {
      const dropped = this.#pending.dropOne();
      if (dropped === undefined) return;
      this.#options.onRefused("PENDING_FULL", dropped, "too many open files");
    }
  }
}
