import { describe, expect } from "vitest";
import { answerChallenge } from "../../src/communicators/winrm/ntlm/authenticate.ts";
import { negotiateMessage } from "../../src/communicators/winrm/ntlm/messages.ts";
import { createSealer } from "../../src/communicators/winrm/ntlm/seal.ts";
import { createAcceptor } from "../helper/winrm-server/ntlm-acceptor.ts";
import { runPython, withPython } from "../helper/winrm-server/python.ts";

/** NTLM against impacket's, which nobody here wrote: it plays the server to our client, and the client to our server. */

const python = withPython();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const [USER, PASSWORD, MESSAGE] = ["Vágrant", "Pa55 wörd", "<s:Envelope>a message</s:Envelope>"];

const serverSide = `
import json, struct, sys
from impacket import ntlm
from impacket.smbserver import computeNTLMv2
from Cryptodome.Cipher import ARC4
i = json.loads(sys.argv[1])
challenge = ntlm.NTLMAuthChallenge(bytes.fromhex(i['challenge']))
type1 = ntlm.NTLMAuthNegotiate(); type1.fromString(bytes.fromhex(i['negotiate']))
answer = ntlm.NTLMAuthChallengeResponse(); answer.fromString(bytes.fromhex(i['answer']))
# impacket finds the other parts by their offsets, but takes the session key to be all the rest.
answer['session_key'] = bytes.fromhex(i['answer'])[answer['session_key_offset']:][:16]
nthash = ntlm.compute_nthash(i['password']); lmhash = ntlm.compute_lmhash('')
status, key = computeNTLMv2(i['user'], lmhash, nthash, challenge['challenge'], answer, challenge, type1)
flags = answer['flags']
sign, seal = ntlm.SIGNKEY(flags, key), ntlm.SEALKEY(flags, key)
handle = ARC4.new(seal)
text = handle.decrypt(bytes.fromhex(i['sealed']))
mac = ntlm.MAC(flags, handle.encrypt, sign, 0, text)
print(json.dumps({'status': status, 'key': key.hex(), 'text': text.decode(), 'mac': mac.getData().hex()}))
`;

const challengeOf = `
import json, struct, sys
from impacket import ntlm
pairs = ntlm.AV_PAIRS()
pairs[ntlm.NTLMSSP_AV_HOSTNAME] = 'IMPACKET'.encode('utf-16le')
pairs[ntlm.NTLMSSP_AV_DOMAINNAME] = 'IMPACKET'.encode('utf-16le')
if json.loads(sys.argv[1])['time']: pairs[ntlm.NTLMSSP_AV_TIME] = struct.pack('<q', 133000000000000000)
c = ntlm.NTLMAuthChallenge()
type1 = ntlm.getNTLMSSPType1(signingRequired=True)
c['flags'] = type1['flags'] | ntlm.NTLMSSP_NEGOTIATE_SEAL | ntlm.NTLMSSP_NEGOTIATE_TARGET_INFO | ntlm.NTLMSSP_NEGOTIATE_KEY_EXCH
c['domain_len'] = c['domain_max_len'] = 16; c['domain_offset'] = 56
c['challenge'] = b'abcdefgh'
data = pairs.getData()
c['TargetInfoFields_len'] = c['TargetInfoFields_max_len'] = len(data); c['TargetInfoFields_offset'] = 72
c['Version'] = b'\\x0a\\x00' + b'\\0'*5 + b'\\x0f'; c['VersionLen'] = 8
c['domain_name'] = 'IMPACKET'.encode('utf-16le'); c['TargetInfoFields'] = data
print(json.dumps(c.getData().hex()))
`;

const clientSide = `
import json, sys
from impacket import ntlm
from Cryptodome.Cipher import ARC4
i = json.loads(sys.argv[1])
type1 = ntlm.getNTLMSSPType1(signingRequired=True)
if 'challenge' not in i: print(json.dumps(type1.getData().hex())); sys.exit()
type3, key = ntlm.getNTLMSSPType3(type1, bytes.fromhex(i['challenge']), i['user'], i['password'], '', service='HTTP')
flags = type3['flags']
sign, seal = ntlm.SIGNKEY(flags, key), ntlm.SEALKEY(flags, key)
handle = ARC4.new(seal)
sealed, signature = ntlm.SEAL(flags, sign, seal, i['text'].encode(), i['text'].encode(), 0, handle.encrypt)
print(json.dumps({'answer': type3.getData().hex(), 'sealed': sealed.hex(), 'signature': signature.getData().hex()}))
`;

describe("impacket", () => {
  for (const time of [true, false]) {
    python(
      `accepts our login and reads our messages, ${time ? "with" : "without"} a time in its challenge`,
      async () => {
        const challenge = (await runPython(challengeOf, { time })) as string;
        const credentials = { username: USER, password: PASSWORD };
        const answer = answerChallenge(Buffer.from(challenge, "hex"), credentials, { host: "10.0.0.1" })!;
        const { sealed, signature } = createSealer(answer.sessionKey, "client").seal(Buffer.from(MESSAGE));
        const seen = await runPython(serverSide, {
          challenge,
          negotiate: hex(negotiateMessage()),
          answer: hex(answer.message),
          sealed: hex(sealed),
          user: USER,
          password: PASSWORD,
        });
        expect(seen).toEqual({ status: 0, key: hex(answer.sessionKey), text: MESSAGE, mac: hex(signature) });
      },
    );
  }

  python("logs in at our test server, which reads its messages", async () => {
    const acceptor = createAcceptor((user) => (user === USER ? PASSWORD : undefined));
    const first = acceptor.take(Buffer.from((await runPython(clientSide, {})) as string, "hex"));
    if (first === "refused" || !("challenge" in first)) throw new Error("no challenge");
    const input = { challenge: hex(first.challenge), user: USER, password: PASSWORD, text: MESSAGE };
    const theirs = (await runPython(clientSide, input)) as Record<"answer" | "sealed" | "signature", string>;
    const second = acceptor.take(Buffer.from(theirs.answer, "hex"));
    if (second === "refused" || !("sealer" in second)) throw new Error("refused");
    const read = second.sealer.unseal(Buffer.from(theirs.sealed, "hex"), Buffer.from(theirs.signature, "hex"));
    expect(read?.toString()).toBe(MESSAGE);
  });

  python("is refused with a wrong password", async () => {
    const acceptor = createAcceptor(() => PASSWORD);
    const first = acceptor.take(Buffer.from((await runPython(clientSide, {})) as string, "hex"));
    if (first === "refused" || !("challenge" in first)) throw new Error("no challenge");
    const input = { challenge: hex(first.challenge), user: USER, password: "wrong", text: MESSAGE };
    const { answer } = (await runPython(clientSide, input)) as { answer: string };
    expect(acceptor.take(Buffer.from(answer, "hex"))).toBe("refused");
  });
});
