import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fixTemplate } from "../../src/template/fix/fix-template.ts";
import type { JsonRecord } from "../../src/template/fix/legacy-document.ts";

/** Templates, and what `packer fix` 1.16 made of them; null where it failed or crashed. See tools/refresh-packer-fix.ts. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixture/packer-fix.json"), "utf8"),
) as readonly (readonly [template: JsonRecord, expected: JsonRecord | null])[];

/** Where we differ on purpose: by losing nothing, and by going on where Packer stops. */
const differences: readonly (readonly [reason: string, templates: RegExp])[] = [
  ["a checksum of type none is none, and a type is not written twice", /"iso_checksum_type":"none"|file:u|"md5:a"/],
  ["cleaners within lists and blocks are renamed, too", /"(list|deep)":/],
  [
    "all builders of VirtualBox lose guest_additions_attach",
    /"virtualbox-(iso|ovf|vm)","guest_additions_attach":(true|false)/,
  ],
  ["names of builds follow the type", /"type":"(virtualbox|vmware|proxmox)"\}\],"provisioners"/],
  ["an override that is there stays", /"virtualbox":\{"a":1\},"override":\{"vmware"/],
  ["Parallels is a provider as well", /"parallels":\{\}/],
  ["no builder of Amazon has spot_price_auto_product", /"amazon-chroot","spot_price/],
  ["what cannot be fixed stays", /"ssh_private_ip":("x"|1|null|"\{\{)|"tag":(5|\["a",5\])|"elevated_user":5/],
  ["the docker builder has no login_email", /"docker","login_email"/],
  ["no tags are made up", /"docker-tag","login_email"/],
  ["all builders of Azure have exclude_from_latest", /"azure-(arm|dtl)","shared_image_destination":\{/],
];

const cases = recorded.map(([template, expected]) => [JSON.stringify(template), expected] as const);
const isExplained = (text: string) => differences.some(([, pattern]) => pattern.test(text));

function fix(text: string): unknown {
  const template = JSON.parse(text) as JsonRecord;
  fixTemplate(template);
  return template;
}

describe("fix (D-6)", () => {
  it.each(cases.filter(([text]) => !isExplained(text)))("makes of %s what packer fix makes of it", (text, expected) => {
    expect(fix(text)).toEqual(expected);
  });

  it.each(differences)("differs where %s", (_, pattern) => {
    const explained = cases.filter(([text]) => pattern.test(text));
    const results = explained.map(([text]) => JSON.stringify(fix(text)));
    expect(explained.length).toBeGreaterThan(0);
    expect(results).not.toEqual(explained.map(([, expected]) => JSON.stringify(expected)));
  });

  // An escaped backtick is an escape once more.
  const isRepeatable = (text: string) => !text.includes('"``');
  it.each(cases.filter(([text]) => isRepeatable(text)))("finds nothing more to fix in what %s became", (text) => {
    const once = fix(text);
    expect(fix(JSON.stringify(once))).toEqual(once);
  });
});
