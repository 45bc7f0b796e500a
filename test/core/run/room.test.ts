import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Admission, type Room } from "../../../src/core/run/room.ts";

const room = (memoryMib: number, cpus = 0, diskMib = 0): Room => ({ memoryMib, cpus, diskMib });

/** Builds that ask for room in this order; who is inside, by name. */
function builds(admission: Admission, signal = new AbortController().signal) {
  const inside = new Set<string>();
  const leave = new Map<string, () => void>();
  return {
    inside,
    ask: (name: string, wanted: Room) =>
      void admission.enter(wanted, signal).then((left) => {
        inside.add(name);
        leave.set(name, () => (inside.delete(name), left()));
      }),
    end: async (name: string) => {
      leave.get(name)!();
      await setImmediate();
    },
  };
}

describe("Admission", () => {
  it("lets in what fits, in order, by memory, processors and disk", async () => {
    const { ask, end, inside } = builds(new Admission(room(8, 4, 100)));
    ask("a", room(4, 2, 50));
    ask("b", room(4, 3, 10));
    ask("c", room(1, 1, 10));
    await setImmediate();
    expect([...inside]).toEqual(["a"]);
    await end("a");
    expect([...inside]).toEqual(["b", "c"]);
  });

  it("lets in what needs no room, and alone what is larger than the machine", async () => {
    const { ask, end, inside } = builds(new Admission(room(8)));
    ask("giant", room(99));
    ask("cloud", room(0));
    ask("small", room(1));
    await setImmediate();
    expect([...inside]).toEqual(["giant", "cloud"]);
    await end("giant");
    expect([...inside]).toEqual(["cloud", "small"]);
  });

  it("keeps nobody waiting who is to be cancelled", async () => {
    const controller = new AbortController();
    const { ask, inside } = builds(new Admission(room(8)), controller.signal);
    ask("a", room(8));
    ask("b", room(8));
    await setImmediate();
    controller.abort();
    await setImmediate();
    expect([...inside]).toEqual(["a", "b"]);
  });

  it("says what is lacking", () => {
    const admission = new Admission(room(8, 2, 10));
    expect(admission.lacks(room(99))).toEqual([]);
    void admission.enter(room(4, 2), new AbortController().signal);
    expect(admission.lacks(room(5, 1, 11))).toEqual(["memoryMib", "cpus", "diskMib"]);
  });
});
