import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataSource as external } from "../../../../src/plugins/packer/data-sources/external.ts";
import { dataSource as file } from "../../../../src/plugins/packer/data-sources/file.ts";
import { dataSource as http } from "../../../../src/plugins/packer/data-sources/http.ts";
import { dataSource as nothing } from "../../../../src/plugins/packer/data-sources/null.ts";
import type { DataSource } from "../../../../src/sdk/component.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

async function read<Config>(source: DataSource<Config>, args: Record<string, unknown>) {
  const run = await createRecordingRun();
  await writeFile(join(run.directories.template, "text.txt"), "héllo\n");
  await writeFile(join(run.directories.template, "bytes.bin"), Buffer.from([0xff, 0xfe, 0]));
  const values = await source.read(run, configOf(source.schema, args));
  expect(Object.keys(values).sort()).toEqual(Object.keys(source.outputs).sort());
  return values;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("null", () => {
  it("gives back its input", async () => expect(await read(nothing, { input: "x" })).toEqual({ output: "x" }));
});

describe("file", () => {
  it("reads text", async () =>
    expect(await read(file, { path: "text.txt" })).toMatchObject({ content: "héllo\n", size: 7 }));
  it("reads bytes", async () =>
    expect(await read(file, { path: "bytes.bin", encoding: "base64" })).toMatchObject({ content: "//4A", size: 3 }));
  it("refuses bytes as text, and says what to do", async () =>
    expect(read(file, { path: "bytes.bin" })).rejects.toMatchObject({
      hint: expect.stringContaining("base64") as string,
    }));
  it("names a file that is not there", async () =>
    expect(read(file, { path: "nope" })).rejects.toThrow('The file "nope" cannot be read'));
});

describe("external", () => {
  const node = (script: string) => ({ program: [process.execPath, "-e", script] });
  const echo = node(
    'let t="";process.stdin.on("data",d=>t+=d).on("end",()=>console.log(JSON.stringify({got:JSON.parse(t)})))',
  );

  it("gives the query to the program and reads its answer", async () =>
    expect(await read(external, { ...echo, query: { a: "1" } })).toEqual({ result: { got: { a: "1" } } }));

  it.each([
    ["no JSON", node('console.log("hi")'), "is not JSON"],
    ["no object", node("console.log([1])"), "is not a JSON object"],
    ["a failure, with what it said", node('console.error("no login");process.exit(2)'), "exit code 2: no login"],
    ["a program that is not there", { program: ["/no/such"] }, 'The program "/no/such" was not found'],
  ])("%s", async (_, args, message) => expect(read(external, args)).rejects.toThrow(message));

  it("says what was run, and where", async () =>
    expect(read(external, { program: ["false", "a b"], working_dir: "/" })).rejects.toMatchObject({
      hint: "It was run in /:\n    false 'a b'",
    }));

  it("needs a program", () =>
    expect(issuesOf(external.schema, { program: [] })).toMatchObject([{ path: ["program"] }]));
});

describe("http", () => {
  it.each(["GET", "POST"])(
    "sends method (%s), headers and body, and gives everything of the answer",
    async (method) => {
      const url = await serve((request, response) => {
        let body = "";
        request.on("data", (chunk) => (body += String(chunk)));
        request.on("end", () => {
          response.writeHead(201, { "x-answer": "42" });
          response.end(`${request.method} ${request.headers["x-question"]} ${body}`);
        });
      });
      const args = { url: `${url}/x`, method, request_headers: { "x-question": "?" }, request_body: "data" };
      const values = await read(http, args);
      expect(values).toMatchObject({ url: `${url}/x`, body: `${method} ? data`, status: 201 });
      expect(values["response_headers"]).toMatchObject({ "x-answer": "42" });
      expect(values["request_headers"]).toEqual(values["response_headers"]);
    },
  );

  it("follows a redirect", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/there") return void response.end("arrived");
      response.writeHead(302, { location: "/there" }).end();
    });
    expect(await read(http, { url })).toMatchObject({ body: "arrived" });
  });

  it("logs in with the user and password of the address", async () => {
    const url = await serve((request, response) => void response.end(request.headers.authorization));
    const login = Buffer.from("user:p@ss").toString("base64");
    expect(await read(http, { url: url.replace("http://", "http://user:p%40ss@") })).toMatchObject({
      body: `Basic ${login}`,
    });
  });

  it("takes nothing but success", async () => {
    const url = await serve((_, response) => void response.writeHead(404).end("no such thing"));
    await expect(read(http, { url: url.replace("http://", "http://user:pass@") })).rejects.toMatchObject({
      message: `GET ${url}/ was answered with status 404 Not Found`,
      hint: "The server said: no such thing",
    });
  });

  it("tries a broken connection again, but sends nothing twice", async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(request.method!);
      if (seen.length < 3) return void response.destroy();
      response.end("at last");
    });
    expect(await read(http, { url })).toMatchObject({ body: "at last" });
    expect(seen).toEqual(["GET", "GET", "GET"]);
    seen.length = 0;
    await expect(read(http, { url, method: "POST" })).rejects.toThrow(`POST ${url} failed`);
    expect(seen).toEqual(["POST"]);
  });

  it.each([
    [{ url: "ftp://x/y" }, "url"],
    [{ url: "x" }, "url"],
    [{ url: "http://x", method: "BREW" }, "method"],
  ])("%j is wrong at %s", (args, path) =>
    expect(issuesOf(http.schema, args)).toMatchObject([{ severity: "error", path: [path] }]),
  );
});
