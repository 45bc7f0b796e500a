import { Worker } from "node:worker_threads";

/**
 * Starts the thread from the sources, which Node.js 20 cannot read by itself. In the bundle, `tools/bundle.mjs` puts
 * another function in the place of this one, whose thread is a file of plain JavaScript.
 */
export function startThread(): Worker {
  const source = new URL("./plugin-thread.ts", import.meta.url).href;
  const translator = import.meta.resolve("tsx/esm/api");
  const [from, url] = [JSON.stringify(translator), JSON.stringify(source)];
  return new Worker(`import(${from}).then(({ tsImport }) => tsImport(${url}, ${url}))`, { eval: true });
}
