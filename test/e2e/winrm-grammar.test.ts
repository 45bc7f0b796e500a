import { describe, expect } from "vitest";
import { receiveFiles } from "../../src/communicators/winrm/guest/receive-files.ts";
import { sendFiles } from "../../src/communicators/winrm/guest/send-files.ts";
import { elevatedRunner, inlineScript } from "../../src/plugins/packer/provisioners/powershell/plan.ts";
import { pendingKeys } from "../../src/plugins/packer/provisioners/windows-restart/windows-restart.ts";
import { windowsPortProbe, cloudbaseInitProbe } from "../../src/plugins/packer/provisioners/wait-for/windows-probe.ts";
import { updateScript } from "../../src/plugins/windows-update/update-script.ts";
import { listFiles } from "../../src/steps/windows/list-files.ts";
import { reader } from "../../src/sdk/windows/powershell.ts";
import { uptimeScript } from "../../src/steps/windows/restart.ts";
import { runElevated, runFile, runScript } from "../../src/steps/windows/programs.ts";
import { runPython, withPython } from "../helper/winrm-server/python.ts";

/**
 * Every PowerShell that imgbuild writes, read by a grammar of the language: there is no PowerShell here to run it. That
 * says a text is well formed, and no more.
 */

const encoded = (command: string) =>
  Buffer.from(/-EncodedCommand (\S+)/.exec(command)![1]!, "base64").toString("utf16le");

const scripts: Readonly<Record<string, string>> = {
  reader,
  receiveFiles,
  sendFiles,
  listFiles,
  runScript,
  runFile,
  runElevated,
  uptime: uptimeScript,
  "elevated runner": elevatedRunner(2),
  "inline script": inlineScript(["Write-Output 'x'", "if ($true) {", "  exit 3", "}"]),
  "registry keys": pendingKeys(["HKLM:it's", "HKLM:b"]),
  "port probe": encoded(windowsPortProbe("a'b", 80).command),
  "cloudbase-init probe": encoded(cloudbaseInitProbe.command),
  "Windows Update": updateScript({
    criteria: "BrowseOnly=0 and IsInstalled=0 and Type='Software'",
    filters: ["exclude:$_.Title -like '*Preview*'", "include:$true"],
    limit: 25,
  }),
};

const source = `
import json, sys, tree_sitter, tree_sitter_powershell
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
def faults(node, text):
    own = [[node.start_point[0] + 1, text[node.start_byte:node.end_byte][:60].decode()]] if node.type == 'ERROR' or node.is_missing else []
    return own + [fault for child in node.children for fault in faults(child, text)]
answers = {}
for name, script in json.loads(sys.argv[1]).items():
    text = script.encode()
    answers[name] = faults(parser.parse(text).root_node, text)
print(json.dumps(answers))
`;

describe("the PowerShell of imgbuild", () => {
  withPython()("is PowerShell", async () => {
    const nothing = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]));
    expect(await runPython(source, scripts)).toEqual(nothing);
  });

  withPython()("would be refused by the grammar if it were not", async () => {
    expect(await runPython(source, { broken: "if ($x { 'y' }" })).not.toEqual({ broken: [] });
  });
});
