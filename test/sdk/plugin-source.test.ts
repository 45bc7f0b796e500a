import { describe, expect, it } from "vitest";
import { parsePluginSource } from "../../src/sdk/plugin-source.ts";

describe("parsePluginSource", () => {
  it("reads host, namespace and name", () => {
    expect(parsePluginSource("github.com/hashicorp/happy-cloud")).toEqual({
      text: "github.com/hashicorp/happy-cloud",
      host: "github.com",
      namespace: ["hashicorp"],
      name: "happy-cloud",
    });
  });

  it("keeps capitals, and takes several parts of a namespace", () => {
    expect(parsePluginSource("git.example.com/Team/Sub/Cloud9")).toMatchObject({
      namespace: ["Team", "Sub"],
      name: "Cloud9",
    });
  });

  it.each([
    ["hashicorp/docker", "at least three parts"],
    ["docker", "at least three parts"],
    ["", "at least three parts"],
    ["https://github.com/hashicorp/docker", "a scheme"],
    ["/github.com/hashicorp/docker", "begin with a slash"],
    ["github.com/hashicorp/docker/", "end with a slash"],
    ["github.com/hashicorp/docker?x=1", "a query"],
    ["github.com/hashicorp/docker#x", "a fragment"],
    ["github.com//docker", "None of its parts may be empty"],
    ["github.com/../docker", "names of folders"],
    ["github.com/hashicorp/do--cker", "single dashes"],
    ["github.com/hashicorp/docker-", "single dashes"],
    ["github.com/hashicorp/..", "names of folders"],
    ["github.com/hashicorp/packer-plugin-docker", 'Write "docker"'],
    [`h/${"n/".repeat(15)}docker`, "more than 16 parts"],
  ])("says what is wrong with %j", (text, sentence) => {
    const parsed = parsePluginSource(text);
    expect("problems" in parsed ? parsed.problems.join(" ") : "nothing").toContain(sentence);
  });
});
