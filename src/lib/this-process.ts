/** What code below the command may know of the process it runs in, and the one way to signal another. */
export { kill, pid as ownPid, ppid as parentPid, version as nodeVersion } from "node:process";
