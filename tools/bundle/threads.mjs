import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

/** The programs of our threads, by who starts them: `new Worker(new URL("./NAME.ts", import.meta.url), …)`. */
const THREADS = {
  "src/lib/compress/block-workers.ts": "src/lib/compress/block-thread.ts",
  "src/plugin-host/thread/start-thread.ts": "src/plugin-host/thread/plugin-thread.ts",
};
const URL_OF_PROGRAM = /new URL\("[^"]*", import\.meta\.url\)/;

/**
 * The programs, each as one file below `dist`: a thread finds none of the core's modules. Their names hold a digest, so that
 * a command that is running starts the threads of its own version.
 */
export function bundleThreads(options) {
  const bundles = Object.entries(THREADS).map(async ([starter, program]) => {
    const { outputFiles, metafile } = await build({ ...options, format: "cjs", entryPoints: [program] });
    const { contents } = outputFiles[0];
    const digest = createHash("sha256").update(contents).digest("hex").slice(0, 12);
    return { starter, name: `parts/${basename(program, ".ts")}-${digest}.js`, contents, metafile };
  });
  return Promise.all(bundles);
}

/** Lets the source that starts a thread start the file of the bundle. */
export function threadsPlugin(threads) {
  const load = ({ path }) => {
    const { name } = threads.find(({ starter }) => path.endsWith(starter));
    const source = readFileSync(path, "utf8");
    const contents = source.replace(URL_OF_PROGRAM, `new URL(import.meta.resolve("./${name}"))`);
    if (contents === source) throw new Error(`${path} names no program of a thread.`);
    return { contents, loader: "ts" };
  };
  const starters = threads.map(({ starter }) => starter.replaceAll(".", "\\."));
  const filter = new RegExp(`/(${starters.join("|")})$`);
  return { name: "threads", setup: (setup) => setup.onLoad({ filter }, load) };
}
