/** Ciphers in the order in which they are fast in Node (AES-GCM runs in OpenSSL at once, ChaCha20 packet by packet). */
export const ciphersBestFirst = [
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "chacha20-poly1305@openssh.com",
] as const;

/** What ssh2 can do. Source: lib/protocol/constants.js of ssh2 1.17. */
export const supportedCiphers: readonly string[] = [
  ...ciphersBestFirst,
  "aes128-gcm",
  "aes256-gcm",
  "aes256-cbc",
  "aes192-cbc",
  "aes128-cbc",
  "3des-cbc",
];

export const supportedKeyExchanges: readonly string[] = [
  "curve25519-sha256",
  "curve25519-sha256@libssh.org",
  "ecdh-sha2-nistp256",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp521",
  "diffie-hellman-group-exchange-sha256",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group15-sha512",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group17-sha512",
  "diffie-hellman-group18-sha512",
  "diffie-hellman-group-exchange-sha1",
  "diffie-hellman-group14-sha1",
  "diffie-hellman-group1-sha1",
];
