import { STSClient } from "@aws-sdk/client-sts";

/** The region of a profile in the shared configuration, read as the SDK does; `undefined` when there is none. */
export async function loadProfileRegion(profile: string | undefined): Promise<string | undefined> {
  const client = new STSClient({ ...(profile && { profile }) });
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
