import { isMainThread } from "node:worker_threads";

/**
 * Preloaded where our sources run as they are (`npm run dev`, vitest), and by each thread that is started there: a thread
 * loads its file by itself, and Node 20 does not read TypeScript. The main thread has its own means, tsx or vitest.
 */
if (!isMainThread) {
  const { register } = await import("tsx/esm/api");
  register();
}
