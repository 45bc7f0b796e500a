import type { Instance } from "@aws-sdk/client-ec2";
import type { RunConfig } from "./options/run.ts";

/** Which address of the machine to connect to; `undefined` while it has none of the kind asked for. */
export function hostOf(instance: Instance, wanted: RunConfig["ssh_interface"]): string | undefined {
  const some = (text: string | undefined) => (text === undefined || text === "" ? undefined : text);
  switch (wanted) {
    case "public_ip":
      return some(instance.PublicIpAddress);
    case "private_ip":
      return some(instance.PrivateIpAddress);
    case "public_dns":
      return some(instance.PublicDnsName);
    case "private_dns":
      return some(instance.PrivateDnsName);
    case "ipv6":
      return some(instance.NetworkInterfaces?.[0]?.Ipv6Addresses?.[0]?.Ipv6Address);
    case "session_manager":
      return "127.0.0.1";
    case undefined:
      return some(instance.PublicIpAddress) ?? some(instance.PrivateIpAddress);
  }
}
