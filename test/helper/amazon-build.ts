import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AWS_CREDENTIALS } from "./aws-template.ts";
import { createWorkplace, type Finished, type Started } from "./imgbuild.ts";
import { UBUNTU } from "./moto.ts";

export interface AmazonTemplate {
  /** Beside what every build needs; `undefined` takes an argument out. */
  readonly builder?: Readonly<Record<string, unknown>>;
  readonly provisioners?: readonly object[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the command `build`. */
  readonly flags?: readonly string[];
}

/** Starts building an image from moto's Ubuntu, with nobody to log in unless the template says otherwise. */
export async function startOnAmazon(
  endpoint: string,
  { builder, provisioners = [], env = {}, flags = [] }: AmazonTemplate,
): Promise<Started> {
  const place = await createWorkplace({ ...AWS_CREDENTIALS, ...env });
  const common = {
    type: "amazon-ebs",
    region: "us-east-1",
    custom_endpoint_ec2: endpoint,
    source_ami: UBUNTU.id,
    instance_type: "t2.micro",
    communicator: "none",
    temporary_security_group_source_cidrs: ["127.0.0.1/32"],
    ami_name: `image-${Date.now()}`,
  };
  const template = join(place.directory, "t.json");
  await writeFile(template, JSON.stringify({ builders: [{ ...common, ...builder }], provisioners }));
  return place.start("build", ...flags, template);
}

/** The same to its end; what it said is one line. */
export async function buildOnAmazon(
  endpoint: string,
  template: AmazonTemplate,
): Promise<Finished & { readonly said: string }> {
  const finished = await (await startOnAmazon(endpoint, template)).finished;
  const said = finished.stdout + finished.stderr;
  return { ...finished, said: said.replaceAll(/\s+/g, " ") };
}
