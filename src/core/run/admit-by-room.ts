import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { availableMemory } from "../../lib/this-process.ts";
import type { BuildPlan } from "../../template/model.ts";
import { machineNeeds } from "../plan/build-needs.ts";
import { Admission, type Room, type RoomKind } from "./room.ts";
import type { Session } from "./session.ts";

const MIB = 1024 ** 2;

/** Resolves when a build may begin; what it resolves to is to be called when the build has ended. */
export type Admit = (plan: BuildPlan) => Promise<() => void>;

/**
 * Lets builds begin while the machines they declare fit into the memory, the processors and the disk (of the working
 * directory) that are free now. Builds in a cloud need no room.
 */
export async function admitByRoom(session: Session): Promise<Admit> {
  const room = await roomOf(session.directories.work);
  const admission = new Admission(room);
  return async (plan) => {
    const wanted = declaredRoom(plan);
    const lacks = admission.lacks(wanted);
    if (lacks.length > 0) {
      const what = lacks.map((kind) => describe(kind, wanted[kind], room[kind])).join(", ");
      session.emit({ kind: "say", build: plan.identity.name, text: `Waiting for room: ${what}` });
    }
    return admission.enter(wanted, session.signal);
  };
}

async function roomOf(directory: string): Promise<Room> {
  const disk = await statfs(directory).catch(() => undefined);
  return {
    memoryMib: Math.floor(availableMemory() / MIB),
    cpus: availableParallelism(),
    diskMib: disk === undefined ? Infinity : Math.floor((disk.bavail * disk.bsize) / MIB),
  };
}

function declaredRoom(plan: BuildPlan): Room {
  const { memoryMib = 0, cpus = 0, diskMib = 0 } = machineNeeds(plan);
  return { memoryMib, cpus, diskMib };
}

function describe(kind: RoomKind, wanted: number, whole: number): string {
  const [unit, name] = NAMES[kind];
  return `it declares ${wanted}${unit} of the ${whole}${unit} of ${name} that were free`;
}

const NAMES: { readonly [Kind in RoomKind]: readonly [unit: string, name: string] } = {
  memoryMib: [" MiB", "memory"],
  cpus: ["", "processors"],
  diskMib: [" MiB", "disk"],
};
