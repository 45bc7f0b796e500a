import type { Instance } from "@aws-sdk/client-ec2";
import type { RunConfig } from "./options/run.ts";

/** Which address of the machine to connect to; `undefined` while it has none of the kind asked for. */
export function hostOf(instance: Instance, wanted: RunConfig["ssh_interface"]): string | undefined {
  switch (wanted) {
    case "public_ip":
      return instance.PublicIpAddress || undefined;
    case "private_ip":
      return instance.PrivateIpAddress || undefined;
    case "public_dns":
      return instance.PublicDnsName || undefined;
    case "private_dns":
      return instance.PrivateDnsName || undefined;
    case "ipv6":
      return firstIpv6(instance) || undefined;
    case "session_manager":
      return "127.0.0.1";
    case undefined:
      return instance.PublicIpAddress || instance.PrivateIpAddress || undefined;
  }
}

function firstIpv6({ NetworkInterfaces: [first] = [] }: Instance): string | undefined {
  return first?.Ipv6Addresses?.[0]?.Ipv6Address;
}
