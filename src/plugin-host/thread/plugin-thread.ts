import { parentPort } from "node:worker_threads";
import type { Connect } from "./messages.ts";
import { serveConnection } from "./serve-connection.ts";

// The thread that owns all connections to plugins. A plugin gives up a host that does not answer its pings for 10 s, and
// a stream it announced that is not dialled within 5 s, whatever the main thread is busy with; nothing else runs here.
parentPort!.on("message", (connect: Connect) => void serveConnection(connect));
