import { Worker } from "node:worker_threads";

/** The thread that owns the connections to plugins. */
export const startThread = (): Worker => new Worker(new URL("./plugin-thread.ts", import.meta.url));
