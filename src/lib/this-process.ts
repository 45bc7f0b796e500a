import { getuid } from "node:process";

/** What code below the command line may know about its own process, and the only means to signal another. */
export { kill, pid as ownPid, ppid as parentPid, version as nodeVersion } from "node:process";
/** Bytes that are free for it, within the limits of its container. */
export { availableMemory } from "node:process";

/** The user it runs as; `undefined` where users have no numbers (Windows). */
export const ownUid: number | undefined = getuid?.();
