export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Asked again before the credentials run out: clients of the SDK renew what has an expiration. */
export type CredentialProvider = () => Promise<AwsCredentials>;
