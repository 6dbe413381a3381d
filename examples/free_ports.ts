/**
 * Ports for examples.
 *
 * @module
 */

/** The first of `count` ports in a row that nobody uses now. */
export function freePorts(count: number): number {
  for (let base = 20_000 + Math.floor(Math.random() * 10_000);; base += count) {
    const listeners: Deno.Listener[] = [];
    try {
      for (let i = 0; i < count; i++) {
        listeners.push(Deno.listen({ hostname: "127.0.0.1", port: base + i }));
      }
      return base;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    } finally {
      for (const listener of listeners) listener.close();
    }
  }
}
