import { Worker } from "node:worker_threads";

/** Starts `plugin-thread.ts`, which the bundle holds as a file of its own. */
export const startThread = (): Worker => new Worker(new URL("./plugin-thread.ts", import.meta.url));
