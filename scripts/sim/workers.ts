/**
 * Many seeds on several threads.
 *
 * @module
 */

/** A stretch of seeds. */
export interface Stretch {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly count: number;
}

/** What is run, and by whom. */
export interface Spread<Outcome> {
  /** The module of a worker, which answers each {@linkcode Stretch} with an outcome. */
  readonly url: URL;
  /** Threads. */
  readonly workers: number;
  /** All seeds. */
  readonly seeds: Stretch;
  /** Seeds handed to a worker at once. */
  readonly batch: number;
  /** Told to a worker with each stretch. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Takes what came of a stretch. Returns whether to go on. */
  take(outcome: Outcome): boolean;
}

/** Lets workers run all seeds, or until it is enough. @throws Error if a worker throws. */
export async function runInWorkers<Outcome>(spread: Spread<Outcome>): Promise<void> {
  const { url, workers, seeds, batch, more } = spread;
  const end = seeds.first + seeds.count;
  let next = seeds.first;
  let isEnough = false;
  const work = (): Promise<void> => {
    const worker = new Worker(url, { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const hand = () => {
      if (next >= end || isEnough) {
        worker.terminate();
        return resolve();
      }
      const count = Math.min(batch, end - next);
      worker.postMessage({ first: next, count, ...more });
      next += count;
    };
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => {
      if (!spread.take(data)) isEnough = true;
      hand();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message));
    };
    hand();
    return promise;
  };
  await Promise.all(Array.from({ length: workers }, work));
}
