import { expect, it } from "vitest";
import { importBusybox, startDockerd } from "../helper/dockerd.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { findProgram, needsRoot } from "../helper/need.ts";
import { needsEngine } from "../helper/needs-engine.ts";

const withDaemon = needsRoot("dockerd", "docker.io");
const withPlugin = withDaemon === it ? needsEngine("packer-plugin-docker") : withDaemon;

withPlugin("the template of `imgbuild new` builds with Packer's plugin and a real daemon", async () => {
  const dockerd = await startDockerd();
  await importBusybox(dockerd, "base");
  const place = await createWorkplace({ ...dockerd.env, PACKER_PLUGIN_PATH: "plugins" });
  const plugin = findProgram("packer-plugin-docker")!;
  const installed = await place.run("plugins", "install", `--path=${plugin}`, "github.com/hashicorp/docker");
  expect(installed).toMatchObject({ code: 0 });
  expect(await place.run("new", "-platform=docker", "-system=debian-12", "web")).toMatchObject({ code: 0 });
  // The base that is on this machine, since no registry may be reached.
  const variables = ["-var=base=base", "-var=pull=false", `-var=tags=["1.0","latest"]`];
  expect(await place.run("init", "web")).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await place.run("build", ...variables, "web");
  expect(code, stdout + stderr).toBe(0);
  const tags = await dockerd.docker("images", "--format={{.Tag}}", "web");
  expect(tags.split("\n").toSorted()).toEqual(["1.0", "latest"]);
  const inside = await dockerd.docker("run", "--rm", "web:1.0", "cat", "/etc/imgbuild-release");
  expect(inside).toBe("Built by imgbuild");
  expect(await dockerd.docker("inspect", "--format={{json .Config.Labels}}", "web")).toContain('.name":"base"');
  expect(await dockerd.docker("ps", "--all", "--quiet")).toBe("");
});
