/** Commands of Packer that imgbuild does not have, and what to do instead. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  [
    "verify-attestation",
    `imgbuild does not verify attestations, and nothing was verified. Sigstore's cosign does, with a key or by identity:
    cosign verify-blob-attestation --key KEY.pub --type slsaprovenance1 --signature ATTESTATION ARTIFACT
    cosign verify-blob-attestation --bundle BUNDLE --certificate-identity WHO --certificate-oidc-issuer ISSUER ARTIFACT`,
  ],
]);
