import { openDirectory } from "../../../src/core/store/directory-place.ts";
import { Store } from "../../../src/core/store/store.ts";

/** A process of its own that puts a file into a store and is killed on its way: in the middle of the file, or behind it. */
const [directory = "", path = "", sha256 = "", size = "", when = ""] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, "SIGKILL");
const store = new Store(await openDirectory(directory, directory));
const { signal } = new AbortController();
await store.putBlob({ path, sha256, size: Number(size) }, { signal, onProgress: when === "within" ? die : undefined });
die();
