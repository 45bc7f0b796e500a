import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { onTestFinished } from "vitest";

/** Answers of moto to one build, by action, in the order given: `{ "RunInstances": ["<RunInstancesResponse…"] }`. */
export type Recording = Readonly<Record<string, readonly string[]>>;

/** Stands for the id of the run in a recording. */
export const RUN_ID = "RUN-ID";

/** A small endpoint of EC2 that gives recorded answers; the last one of an action is repeated. Call inside a test. */
export async function replayEc2(
  path: string,
  runId: string,
): Promise<{ endpoint: string; actions: readonly string[] }> {
  const recording = JSON.parse(await readFile(path, "utf8")) as Recording;
  const actions: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const parameters = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
      const action = parameters.get("Action") ?? "";
      const answers = recording[action] ?? [];
      const xml = answers[Math.min(actions.filter((other) => other === action).length, answers.length - 1)];
      actions.push(action);
      response.writeHead(xml === undefined ? 400 : 200, { "content-type": "text/xml" });
      response.end(xml?.replaceAll(RUN_ID, runId) ?? "<Response/>");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { endpoint: `http://127.0.0.1:${typeof address === "object" ? address!.port : 0}`, actions };
}
