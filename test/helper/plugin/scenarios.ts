import { PassThrough } from "node:stream";
import { remoteBuilder } from "../../../src/plugin-host/calls/builder.ts";
import { remotePostProcessor } from "../../../src/plugin-host/calls/post-processor.ts";
import { remoteProvisioner } from "../../../src/plugin-host/calls/provisioner.ts";
import type { PluginProcess } from "../../../src/plugin-host/process/plugin-process.ts";
import { encodeCtyJson } from "../../../src/plugin-host/wire/cty-json.ts";
import { BOOKKEEPING, type ConfigSpec } from "../../../src/plugin-host/wire/config-spec.ts";
import type { Communicator } from "../../../src/sdk/communicator.ts";
import { testArtifact } from "../recording-run.ts";

/** What is done with a real plugin, once to record it and then again with what was recorded. Returns JSON data. */
export type Scenario = (plugin: PluginProcess, guest: Communicator) => Promise<unknown>;

/** The one place on the recording machine that is named in what was recorded. */
export const MACHINE = "/tmp/machine";

const { signal } = new AbortController();
const ask = { signal };

function listeningUi() {
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  const bar = { add: () => {}, close: () => {} };
  const ui = { say: note, error: note, machine: () => {}, ask: () => Promise.resolve(""), trackProgress: () => bar };
  return { ui, lines };
}

/** What users see of a schema, shortly. */
const outline = ({ attributes, blocks }: ConfigSpec) => ({
  attributes: Object.keys(attributes).filter((name) => !BOOKKEEPING.has(name)).length,
  blocks: Object.keys(blocks),
});

export const scenarios: Readonly<Record<string, Scenario>> = {
  "docker-builder": async (plugin) => {
    const builder = remoteBuilder(plugin);
    const spec = outline(await builder.configSpec(ask));
    const wrong = await builder.prepare([{ nosuch: 1 }], ask);
    const facts = { packer_build_name: "x", packer_builder_type: "docker", packer_core_version: "1.16.0" };
    const type = { image: "string", commit: "bool", pull: "bool", run_command: ["list", "string"] } as const;
    const run_command = ["-d", "-i", "-t", "--network=none", "--entrypoint=/bin/sh", "--", "{{.Image}}"];
    const config = encodeCtyJson({ image: "base", commit: true, pull: false, run_command }, ["object", type]);
    const right = await builder.prepare([facts, config], ask);
    const results: unknown[] = [];
    const { ui } = listeningUi();
    const artifact = await builder.run({
      ui,
      signal,
      hook: async ({ name, data, communicator }) => {
        let output = "";
        const onStdout = (chunk: Buffer): void => void (output += chunk.toString());
        results.push(name, Object.keys(data).sort());
        results.push(await communicator.exec("echo hello; cat; exit 7", { signal, stdin: "input", onStdout }), output);
        await communicator.upload(Buffer.from("what goes up"), "/file", { signal });
        const down = new PassThrough();
        await communicator.download("/file", down, { signal });
        results.push(String(down.read()));
        results.push(await communicator.download("/nowhere", new PassThrough(), { signal }).catch(String));
      },
    });
    const { builderId, files } = await artifact!.read(["generated_data"]);
    return { spec, wrong, right, results, builderId, files };
  },

  "docker-tag": async (plugin) => {
    const postProcessor = remotePostProcessor(plugin);
    const spec = outline(await postProcessor.configSpec(ask));
    const problem = await postProcessor.configure([{ repository: "machine/tagged", tag: ["one"] }], ask);
    const artifact = testArtifact({ builderId: "packer.post-processor.docker-import", id: "base" });
    const { ui, lines } = listeningUi();
    const { artifact: made, ...rest } = await postProcessor.process({ ui, artifact, signal });
    const { builderId, id, description } = await made!.read([]);
    return { spec, problem, lines, ...rest, builderId, id, description };
  },

  "ansible-provisioner": async (plugin, guest) => {
    const provisioner = remoteProvisioner(plugin);
    const spec = outline(await provisioner.configSpec(ask));
    const config = {
      packer_build_name: "x",
      packer_builder_type: "null",
      playbook_file: `${MACHINE}/playbook.yml`,
      user: "root",
      use_proxy: true,
      ansible_env_vars: ["ANSIBLE_NOCOLOR=1", "ANSIBLE_HOST_KEY_CHECKING=False"],
    };
    const problem = await provisioner.prepare([config], ask);
    const { ui, lines } = listeningUi();
    const data = { Host: "127.0.0.1", Port: 22, User: "root", Password: "", ConnType: "ssh", PackerHTTPAddr: "" };
    await provisioner.provision({ ui, communicator: guest, data, signal });
    return { spec, problem, recap: lines.filter((line) => /^(ok|changed|default) *[:[]/.test(line)) };
  },

  "qemu-builder": async (plugin) => {
    const builder = remoteBuilder(plugin);
    const spec = outline(await builder.configSpec(ask));
    const { problem, warnings } = await builder.prepare([{ iso_url: `${MACHINE}/none.iso`, nosuch: true }], ask);
    return { spec, problem, warnings };
  },

  "vagrant-post-processor": async (plugin) => {
    const postProcessor = remotePostProcessor(plugin);
    const spec = outline(await postProcessor.configSpec(ask));
    const problem = await postProcessor.configure([{ output: `${MACHINE}/x.box`, compression_level: 1 }], ask);
    const files = [`${MACHINE}/box.ovf`, `${MACHINE}/disk.vmdk`];
    const artifact = testArtifact({ builderId: "mitchellh.virtualbox", id: "VM", files });
    const { ui, lines } = listeningUi();
    const { artifact: made, ...rest } = await postProcessor.process({ ui, artifact, signal });
    return { spec, problem, lines, ...rest, made: await made!.read([]) };
  },
};
