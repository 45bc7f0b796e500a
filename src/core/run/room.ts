/** What a machine has left, or a build declares. */
export interface Room {
  readonly memoryMib: number;
  readonly cpus: number;
  readonly diskMib: number;
}

const KINDS = ["memoryMib", "cpus", "diskMib"] as const;
export type RoomKind = (typeof KINDS)[number];

/**
 * Who may begin. Asked in order: what comes later does not overtake a build that waits for room, unless it needs none itself.
 * What is larger than the machine runs alone.
 */
export class Admission {
  #free: Room;
  #inside = 0;
  readonly #waiting: { readonly wanted: Room; readonly enter: () => void }[] = [];

  constructor(room: Room) {
    this.#free = room;
  }

  /** What `wanted` would have to wait for; empty where it may begin at once. */
  lacks(wanted: Room): readonly RoomKind[] {
    if (isNothing(wanted) || this.#inside === 0) return [];
    return KINDS.filter((kind) => wanted[kind] > this.#free[kind]);
  }

  /** Resolves when there is room, or at once when `signal` aborts. To be called back when the room is free again. */
  async enter(wanted: Room, signal: AbortSignal): Promise<() => void> {
    if (isNothing(wanted)) return () => {};
    const mustWait = this.#waiting.length > 0 || this.lacks(wanted).length > 0;
    if (mustWait && !signal.aborted) await this.#wait(wanted, signal);
    else this.#take(wanted);
    return () => this.#leave(wanted);
  }

  #wait(wanted: Room, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const enter = (): void => {
        signal.removeEventListener("abort", giveUp);
        this.#take(wanted);
        resolve();
      };
      const place = { wanted, enter };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1);
        enter();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(place);
    });
  }

  #take(wanted: Room): void {
    this.#inside++;
    this.#free = change(this.#free, wanted, -1);
  }

  #leave(wanted: Room): void {
    this.#inside--;
    this.#free = change(this.#free, wanted, 1);
    for (let next = this.#waiting[0]; next && this.lacks(next.wanted).length === 0; next = this.#waiting[0]) {
      this.#waiting.shift();
      next.enter();
    }
  }
}

const isNothing = (room: Room): boolean => KINDS.every((kind) => room[kind] === 0);

function change(free: Room, wanted: Room, sign: 1 | -1): Room {
  return {
    memoryMib: free.memoryMib + sign * wanted.memoryMib,
    cpus: free.cpus + sign * wanted.cpus,
    diskMib: free.diskMib + sign * wanted.diskMib,
  };
}
