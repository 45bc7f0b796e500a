import type { Image, Instance, Snapshot, Volume } from "@aws-sdk/client-ec2";
import { sleep } from "../../../lib/retry.ts";
import type { Ec2 } from "./api.ts";

/** What can be waited for. Asked for by a filter, so that one unknown id never fails the question about the others. */
interface Watched {
  readonly instance: Instance;
  readonly image: Image;
  readonly snapshot: Snapshot;
  readonly volume: Volume;
}
type Kind = keyof Watched;

const describe: { readonly [K in Kind]: (ec2: Ec2, ids: string[]) => Promise<ReadonlyMap<string, Watched[K]>> } = {
  instance: async (ec2, ids) => {
    const answer = await ec2.call("DescribeInstances", { Filters: [{ Name: "instance-id", Values: ids }] });
    const instances = answer.Reservations?.flatMap(({ Instances }) => Instances ?? []);
    return byId(instances, (found) => found.InstanceId);
  },
  image: async (ec2, ids) => {
    const answer = await ec2.call("DescribeImages", { Filters: [{ Name: "image-id", Values: ids }] });
    return byId(answer.Images, (found) => found.ImageId);
  },
  snapshot: async (ec2, ids) => {
    const answer = await ec2.call("DescribeSnapshots", { Filters: [{ Name: "snapshot-id", Values: ids }] });
    return byId(answer.Snapshots, (found) => found.SnapshotId);
  },
  volume: async (ec2, ids) => {
    const answer = await ec2.call("DescribeVolumes", { Filters: [{ Name: "volume-id", Values: ids }] });
    return byId(answer.Volumes, (found) => found.VolumeId);
  },
};

function byId<Thing>(things: readonly Thing[] | undefined, idOf: (thing: Thing) => string | undefined) {
  return new Map((things ?? []).map((thing) => [idOf(thing)!, thing]));
}

export interface PollOptions<K extends Kind, Result> {
  /** The result once it is there; throws when it never will be. `undefined` thing: not known (yet, or any more). */
  readonly until: (thing: Watched[K] | undefined) => Result | undefined;
  /** When it usually is there, in milliseconds from now: near that moment the questions are closest. */
  readonly expectedMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly kind: Kind;
  readonly id: string;
  readonly startedAt: number;
  readonly expectedMs: number;
  dueAt: number;
  answer(thing: unknown): void;
  fail(error: unknown): void;
}

const MOST_IDS = 200;
/** Those due within this time of each other are asked about in one call. */
const BATCH_MS = 750;

/** Asks EC2 of one account and region for states, on behalf of all builds. */
export class Poller {
  readonly #ec2: Ec2;
  readonly #waiters = new Set<Waiter>();
  #running = false;

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** Resolves to the first result of `until`; `undefined` when the time is over. */
  wait<K extends Kind, Result>(kind: K, id: string, options: PollOptions<K, Result>): Promise<Result | undefined> {
    const { signal, until, expectedMs, timeoutMs } = options;
    return new Promise<Result | undefined>((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const startedAt = performance.now();
      const end = (settle: () => void): void => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const fail = (error: unknown): void => end(() => reject(error));
      const onAbort = (): void => fail(signal?.reason);
      const answer = (thing: unknown): void => {
        try {
          const result = until(thing as Watched[K] | undefined);
          if (result !== undefined) end(() => resolve(result));
        } catch (error) {
          fail(error);
        }
      };
      const waiter: Waiter = { kind, id, startedAt, expectedMs, dueAt: startedAt, answer, fail };
      const timer = setTimeout(() => end(() => resolve(undefined)), Math.min(timeoutMs, 2 ** 31 - 1));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      // Builds that begin to wait at the same moment share the first question.
      await sleep(20);
      while (this.#waiters.size > 0) await this.#round();
    } finally {
      this.#running = false;
    }
  }

  async #round(): Promise<void> {
    const now = performance.now();
    const due = [...this.#waiters].filter((waiter) => waiter.dueAt <= now + BATCH_MS);
    const kinds = new Set(due.map(({ kind }) => kind));
    if (due.some((waiter) => waiter.dueAt <= now)) {
      const waitersFor = (kind: Kind) => due.filter((waiter) => waiter.kind === kind);
      await Promise.all([...kinds].map((kind) => this.#ask(kind, waitersFor(kind))));
    }
    const next = Math.min(...[...this.#waiters].map(({ dueAt }) => dueAt));
    if (this.#waiters.size > 0) await sleep(Math.min(Math.max(next - performance.now(), 10), 250));
  }

  async #ask(kind: Kind, waiters: readonly Waiter[]): Promise<void> {
    for (let from = 0; from < waiters.length; from += MOST_IDS) {
      const batch = waiters.slice(from, from + MOST_IDS);
      const ids = new Set(batch.map(({ id }) => id));
      try {
        const found: ReadonlyMap<string, unknown> = await describe[kind](this.#ec2, [...ids]);
        for (const waiter of batch) waiter.answer(found.get(waiter.id));
      } catch (error) {
        for (const waiter of batch) waiter.fail(error);
      }
    }
    for (const waiter of waiters) waiter.dueAt = performance.now() + pauseAfter(waiter);
  }
}

const RAREST_MS = 5000;

/** Every second around the expected moment, rarer before and after. One question serves all waiters. */
export function pauseMs(elapsedMs: number, expectedMs: number): number {
  const distance = Math.abs(expectedMs - elapsedMs);
  const share = elapsedMs < expectedMs ? 3 : 8;
  return Math.min(Math.max(distance / share, 1000), RAREST_MS);
}

function pauseAfter({ startedAt, expectedMs }: Waiter): number {
  return pauseMs(performance.now() - startedAt, expectedMs) * (0.9 + Math.random() * 0.2);
}
