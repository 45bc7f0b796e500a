import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { kill, ownPid } from "../lib/this-process.ts";

/** Kills the process groups of all children immediately, for when nothing waits for them any more. Never throws. */
export function killChildren(): void {
  for (const pid of childPids()) {
    try {
      kill(-pid, "SIGKILL");
    } catch {
      // Gone already, or in our own group: then the signal that ends us was sent to it, too.
    }
  }
}

function childPids(): readonly number[] {
  try {
    const tasks = readdirSync("/proc/self/task");
    const lists = tasks.map((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8"));
    return lists.flatMap((list) => list.split(" ").filter((text) => text !== "")).map(Number);
  } catch {
    return childPidsFromPs();
  }
}

/** POSIX ps, where there is no /proc. */
function childPidsFromPs(): readonly number[] {
  try {
    const lines = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).split("\n");
    const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
    return pairs.filter(([, parent]) => parent === ownPid).map(([pid]) => pid!);
  } catch {
    return [];
  }
}
