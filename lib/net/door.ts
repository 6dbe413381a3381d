/**
 * Where connections arrive. Deno's accept loop ends without an event when descriptors have run out
 * (2.8.3): so whoever listens has to notice that nobody arrives, and listen anew.
 *
 * @module
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import type { NetBounds } from "./bounds.ts";
import { releaseSocketWhenClosed } from "./socket_release.ts";

/** What a {@linkcode Door} needs to know. */
export interface DoorOptions {
  /** How often it is tried. */
  readonly bounds: Pick<NetBounds, "doorCheckMs">;
  /** A connection has arrived. */
  onArrival(socket: Socket): void;
  /**
   * Nobody arrives any more, and it listens anew: for a person. `outOfDescriptors` if that is why;
   * then something should be closed.
   */
  onTrouble(detail: string, outOfDescriptors: boolean): void;
  /** Makes what listens; {@linkcode createServer} if absent. */
  readonly makeServer?: (onArrival: (socket: Socket) => void) => Server;
}

/** Listens on one address, again and again if it must. */
export class Door {
  readonly #options: DoorOptions;
  #server: Server | undefined;
  #host = "";
  #port = 0;
  /** Something has arrived since the last check: there is no need to try. */
  #hasArrived = true;
  #checkedMs = 0;
  /** Our own connection, while it has not arrived. */
  #trial: Socket | undefined;
  #isClosed = false;

  /** Listens to nothing yet. */
  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Begins to listen. Rejects with what the system says. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = this.#make();
    server.once("error", reject);
    server.listen(port, host, resolve);
    await promise;
    server.off("error", reject);
    this.#server = server;
    const address = server.address() as AddressInfo;
    this.#host = address.address;
    this.#port = address.port;
    return address;
  }

  /**
   * Call this now and then. If nothing has arrived since the last time that it was due, it dials
   * itself; if that has not arrived by the next time, it listens anew.
   */
  check(nowMs: number): void {
    if (this.#isClosed || nowMs - this.#checkedMs < this.#options.bounds.doorCheckMs) return;
    this.#checkedMs = nowMs;
    const trial = this.#trial;
    this.#trial = undefined;
    trial?.destroy();
    if (trial !== undefined && !this.#hasArrived) {
      return this.#listenAnew("a connection to ourselves did not arrive", false);
    }
    if (!this.#hasArrived) this.#try();
    this.#hasArrived = false;
  }

  /** Frees the port. What has arrived is not closed. */
  close(): void {
    this.#isClosed = true;
    this.#trial?.destroy();
    this.#server?.close();
  }

  #make(): Server {
    const { makeServer = createServer } = this.#options;
    const server = makeServer((socket) => this.#arrived(socket));
    server.on("error", () => {});
    return server;
  }

  #arrived(socket: Socket): void {
    this.#hasArrived = true;
    const trial = this.#trial;
    if (trial !== undefined && trial.connecting) {
      // It may be ours, which does not know its port yet.
      const again = () => {
        trial.off("connect", again).off("close", again);
        this.#arrived(socket);
      };
      trial.on("connect", again).on("close", again);
      return;
    }
    const isOurs = trial !== undefined && socket.remotePort === trial.localPort &&
      socket.remoteAddress === trial.localAddress;
    if (!isOurs) return this.#options.onArrival(socket);
    socket.on("error", () => {});
    releaseSocketWhenClosed(socket);
    this.#trial = undefined;
    trial.destroy();
    socket.destroy();
  }

  #try(): void {
    const socket = connect({ host: dialable(this.#host), port: this.#port });
    this.#trial = socket;
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#trial !== socket) return;
      this.#trial = undefined;
      const { code = error.message } = error;
      const isOut = /EMFILE|ENFILE|Too many open files/.test(`${code} ${error.message}`);
      // Whatever else keeps us from dialing need not keep others.
      if (isOut) this.#listenAnew("too many open files (ulimit -n)", true);
      else if (code === "ECONNREFUSED") this.#listenAnew("nobody listens any more", false);
    });
  }

  #listenAnew(why: string, outOfDescriptors: boolean): void {
    if (this.#isClosed) return;
    this.#options.onTrouble(why, outOfDescriptors);
    this.#server?.close();
    const server = this.#make();
    this.#server = server;
    // If that fails the next check finds nobody listening.
    server.listen(this.#port, this.#host);
    this.#hasArrived = false;
  }
}

/** An address of this machine at which what is bound to `host` is reached. */
function dialable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
