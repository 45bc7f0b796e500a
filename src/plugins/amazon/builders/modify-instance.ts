import type { AmazonBuild } from "./build.ts";
import type { AmiConfig } from "./options/ami.ts";

/** Enhanced networking is an attribute of the stopped machine that the image takes over. */
export async function modifyInstance(
  build: AmazonBuild,
  config: Pick<AmiConfig, "ena_support" | "sriov_support">,
  InstanceId: string,
): Promise<void> {
  const { run, cloud } = build;
  const options = { young: true, signal: run.signal };
  if (config.sriov_support) {
    run.say("Enabling enhanced networking (SR-IOV)");
    await cloud.ec2().call("ModifyInstanceAttribute", { InstanceId, SriovNetSupport: { Value: "simple" } }, options);
  }
  if (config.ena_support !== undefined) {
    const doing = config.ena_support ? "Enabling" : "Disabling";
    run.say(`${doing} enhanced networking (ENA)`);
    const input = { InstanceId, EnaSupport: { Value: config.ena_support } };
    await cloud.ec2().call("ModifyInstanceAttribute", input, options);
  }
}
