import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished } from "vitest";
import { findProgram, needs } from "../helper/need.ts";
import { winrmServerForTest, type TestWinrmServer } from "../helper/winrm-server/for-test.ts";
import { runPython, withPython } from "../helper/winrm-server/python.ts";
import { canonicalSoap } from "../helper/winrm-server/canonical-soap.ts";
import { selfSigned } from "../helper/winrm-server/certificate.ts";
import { winePrefix } from "../helper/winrm-server/wine.ts";

/** Clients that nobody here wrote, against our test server: what they take for a Windows may stand for one. */

const python = findProgram("wine") === undefined ? needs("wine", "wine") : withPython();

async function windows(options: Parameters<typeof winrmServerForTest>[0] = {}): Promise<TestWinrmServer> {
  const prefix = winePrefix();
  return winrmServerForTest({ driveC: join(prefix, "drive_c"), winePrefix: prefix, ...options });
}

function target(server: TestWinrmServer, more: Readonly<Record<string, unknown>>) {
  return { host: server.host, port: server.port, user: server.username, password: server.password, ...more };
}

const pywinrm = `
import json, sys, warnings
warnings.simplefilter('ignore')
from winrm.protocol import Protocol
t = json.loads(sys.argv[1])
url = '%s://%s:%d/wsman' % (t['scheme'], t['host'], t['port'])
p = Protocol(url, transport=t['transport'], username=t['user'], password=t['password'], server_cert_validation='ignore', message_encryption=t.get('encryption', 'auto'))
shell = p.open_shell(codepage=65001, env_vars={'FOO': 'bar'})
def run(command, text=None):
    c = p.run_command(shell, command, console_mode_stdin=text is None)
    if text is not None: p.send_command_input(shell, c, text, end=True)
    out, err, code = p.get_command_output(shell, c)
    p.cleanup_command(shell, c)
    return [out.decode(), err.decode(), code]
answers = [run('echo hello & echo oops>&2 & exit 7'), run('echo %FOO%'), run('more', 'line one\\r\\ntwo\\r\\n')]
p.close_shell(shell)
print(json.dumps(answers))
`;

const wanted = [
  ["hello \r\n", "oops\r\n", 7],
  ["bar\r\n", "", 0],
  ["line one\r\ntwo\r\n", "", 0],
];
const trimmed = (answers: unknown) =>
  (answers as [string, string, number][]).map(([out, err, code]) => [out, err.replace(" \r\n", "\r\n"), code]);

describe("pywinrm", () => {
  python("works by NTLM, with encrypted messages on plain HTTP", async () => {
    const server = await windows();
    const answers = await runPython(pywinrm, target(server, { scheme: "http", transport: "ntlm" }));
    expect(trimmed(answers)).toEqual(wanted);
    // How often output is asked for depends on the hour.
    const all = server.exchanges.map(({ request }) => JSON.stringify(canonicalSoap(request)));
    const said = [...new Set(all)].map((request) => JSON.parse(request) as unknown);
    await expect(`${JSON.stringify(said, undefined, 2)}\n`).toMatchFileSnapshot(
      "../fixture/winrm/pywinrm-session.json",
    );
  });

  python("works by NTLM over HTTPS, bound to the certificate", async () => {
    const server = await windows({ tls: await selfSigned() });
    const answers = await runPython(
      pywinrm,
      target(server, { scheme: "https", transport: "ntlm", encryption: "never" }),
    );
    expect(trimmed(answers)).toEqual(wanted);
  });

  python("works by Basic authentication", async () => {
    const server = await windows({ offers: ["Basic"], allowUnencrypted: true, password: "only ASCII" });
    const answers = await runPython(
      pywinrm,
      target(server, { scheme: "http", transport: "basic", encryption: "never" }),
    );
    expect(trimmed(answers)).toEqual(wanted);
  });

  python("is told of a wrong password", async () => {
    const server = await windows();
    const wrong = { ...target(server, { scheme: "http", transport: "ntlm" }), password: "wrong" };
    await expect(runPython(pywinrm, wrong)).rejects.toThrow("InvalidCredentialsError");
  });
});

describe("pypsrp", () => {
  python("runs processes in a shell, by NTLM with encryption", async () => {
    const server = await windows();
    const source = `
import json, sys
from pypsrp.wsman import WSMan
from pypsrp.shell import Process, WinRS, SignalCode
t = json.loads(sys.argv[1])
with WSMan(t['host'], port=t['port'], ssl=False, username=t['user'], password=t['password'], auth='ntlm') as w, WinRS(w) as shell:
    first = Process(shell, 'echo', ['from', 'pypsrp']); first.invoke()
    second = Process(shell, 'more'); second.begin_invoke(); second.send(b'abc\\r\\n', end=True); second.end_invoke(); second.signal(SignalCode.CTRL_C)
    print(json.dumps([first.stdout.decode(), first.rc, second.stdout.decode(), second.rc]))
`;
    expect(await runPython(source, target(server, {}))).toEqual(["from pypsrp\r\n", 0, "abc\r\n", 0]);
  });
});

describe("masterzen/winrm, the Go module that Packer uses", () => {
  const withGo = findProgram("wine") === undefined ? needs("wine", "wine") : needs("go", "golang");

  withGo("works by Basic, by NTLM without encryption, and with it", async () => {
    const open = await windows({ offers: ["Basic", "Negotiate"], allowUnencrypted: true });
    const closed = await windows();
    const directory = await mkdtemp(join(tmpdir(), "imgbuild-go-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, "go.mod"), goModule);
    await writeFile(join(directory, "main.go"), goProgram);
    const env = { ...process.env, GOFLAGS: "-mod=mod" };
    const { stdout } = await promisify(execFile)(
      "go",
      ["run", ".", String(open.port), String(closed.port), open.username, open.password],
      { cwd: directory, env, timeout: 300_000 },
    );
    expect(stdout.trim().split("\n")).toEqual([
      'basic "hello \\r\\n" 5',
      'ntlm "hello \\r\\n" 5',
      'encrypted "hello \\r\\n" 5',
    ]);
  });
});

const goModule = `module winrmclient
go 1.22
require github.com/masterzen/winrm v0.0.0-20250927112105-5f8e6c707321
`;
const goProgram = `package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/masterzen/winrm"
)

func try(name string, port string, decorator func() winrm.Transporter) {
	number, _ := strconv.Atoi(port)
	endpoint := winrm.NewEndpoint("127.0.0.1", number, false, false, nil, nil, nil, 0)
	parameters := *winrm.DefaultParameters
	parameters.TransportDecorator = decorator
	client, err := winrm.NewClientWithParameters(endpoint, os.Args[3], os.Args[4], &parameters)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out, errors bytes.Buffer
	code, err := client.RunWithContext(ctx, "echo hello & exit 5", &out, &errors)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %q %d\\n", name, out.String(), code)
}

func main() {
	try("basic", os.Args[1], nil)
	try("ntlm", os.Args[1], func() winrm.Transporter { return &winrm.ClientNTLM{} })
	try("encrypted", os.Args[2], func() winrm.Transporter {
		encryption, _ := winrm.NewEncryption("ntlm")
		return encryption
	})
}
`;
