import { describe, expect, it } from "vitest";
import { parseKeystrokes } from "../../src/lib/keystrokes.ts";
import { diagnose, mended, shortly } from "../helper/diagnose.ts";

const DIGEST = "md5:d41d8cd98f00b204e9800998ecf8427e";
const image = `iso_url = "http://example.com/x.iso"\n  iso_checksum = "${DIGEST}"`;
const builders: Readonly<Record<string, string>> = {
  qemu: image,
  "virtualbox-iso": image,
  "virtualbox-ovf": 'source_path = "http://example.com/x.ova"',
  "virtualbox-vm": 'vm_name = "vm"',
};
const machine = (type: string, argument: string) =>
  `source "${type}" "m" {\n  ${builders[type]}\n  ssh_username = "u"\n  ssh_password = "p"\n  ${argument}\n}\nbuild {\n  sources = ["${type}.m"]\n}\n`;
const typing = (text: string) => machine("qemu", `boot_command = ["echo ", ${JSON.stringify(text)}]`);

describe("keys that are none", () => {
  it.each([
    ["<wait 5>", "<wait5>"],
    ["<wait5 s>", "<wait5s>"],
    ["<wait 1m 30s>", "<wait1m30s>"],
    ["<wait=10>", "<wait10>"],
    ["<wait5sec>", "<wait5s>"],
    ["<waitx>", "<wait>"],
    ["<entr>", "<enter>"],
    ["< enter >", "<enter>"],
    ["<enter/>", "<enter>"],
    ["<f 1>", "<f1>"],
    ["<leftCtl>", "<leftCtrl>"],
    ["<left-ctrl>", "<leftCtrl>"],
    ["<leftCtrl On>", "<leftCtrlOn>"],
    ["<rightaltonn>", "<rightAltOn>"],
    ["<ctrlOn>", "<leftCtrlOn>"],
    ["<c On>", "<cOn>"],
    ["<escape>", "<esc>"],
    ["<space>", "<spacebar>"],
    ["<page up>", "<pageUp>"],
    ["<pgdn>", "<pageDown>"],
  ])("%s: a warning inside the text, and a change to %s", async (text, meant) => {
    const template = typing(`x${text}y`);
    const found = await diagnose(template);
    const said = `6:30 warning: "${text}" is not a key, so it is typed character by character. Did you mean "${meant}"?`;
    expect(found.map(shortly)).toEqual([said]);
    expect(mended(template, found)).toBe(template.replace(text, meant));
    expect(await diagnose(mended(template, found))).toEqual([]);
  });

  it.each([
    ["<leftCtrlOn", "", "<leftCtrlOn>"],
    ["<leftCtrlOn", "c<leftCtrlOff>", "<leftCtrlOn>"],
    ["<rightShiftOff", " x", "<rightShiftOff>"],
    ["<enter", "<wait>", "<enter>"],
    ["<enter", " root<enter>", "<enter>"],
    ["<f1", "", "<f1>"],
    ["<f1On", "", "<f1On>"],
    ["<cOn", "<cOff>", "<cOn>"],
    ["<wait", "", "<wait>"],
    ["<wait10s", "<enter>", "<wait10s>"],
    ["<wait 5", "<enter>", "<wait5>"],
  ])("%s before %j is not closed", async (tag, after, meant) => {
    const template = typing(`x${tag}${after}`);
    const found = await diagnose(template);
    const said = `6:30 warning: "${tag}" is not closed with ">", so it is typed character by character. Did you mean "${meant}"?`;
    expect(found.map(shortly)).toEqual([said]);
    expect(await diagnose(mended(template, found))).toEqual([]);
  });

  it.each(["<f13>", "<F0>"])("%s is a warning that says which there are, without a change", async (text) => {
    const found = await diagnose(typing(text));
    const said = `"${text}" is not a key, so it is typed character by character. The function keys are <f1> to <f12>.`;
    expect(found.map(shortly)).toEqual([`6:29 warning: ${said}`]);
    expect(found[0]!.edits).toBeUndefined();
  });

  it("each place is one of its own", async () => {
    const template = typing("<entr>x<entr>");
    const found = await diagnose(template);
    expect(found).toHaveLength(2);
    expect(mended(template, found)).toBe(typing("<enter>x<enter>"));
  });

  it.each(["qemu", "virtualbox-iso", "virtualbox-ovf", "virtualbox-vm"])("%s says it", async (type) => {
    const found = await diagnose(machine(type, 'boot_command = ["<entr>"]'));
    expect(found.map(({ code }) => code)).toContain("unknown-key");
  });

  it("the steps of qemu say it", async () => {
    const template = machine("qemu", 'boot_steps = [["<wait 5>", "wait"]]');
    const found = await diagnose(template);
    expect(found.map(({ code }) => code)).toEqual(["unknown-key"]);
    expect(await diagnose(mended(template, found))).toEqual([]);
  });
});

describe("what is plainly no key", () => {
  it.each([
    "<html><head><title><body><table><tr><td><center>",
    "</enter>",
    "a < b >",
    "a<b>c",
    "<user@example.com>",
    "sort <end.txt",
    "cat <wait.txt >out",
    "read x <up and down>",
    "<wait for it>",
    "<a href='x'>",
    "1 <2",
  ])("%s is typed without a word", (text) => {
    expect(parseKeystrokes(text).problems).toEqual([]);
  });

  it("an action that is not rendered yet may bring the rest", () => {
    expect(parseKeystrokes("<wait{{ .Name }}>", { opaque: /\{\{.*?\}\}/sy }).problems).toEqual([]);
  });
});
