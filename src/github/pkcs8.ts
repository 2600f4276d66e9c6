/** GitHub hands out App keys as PKCS#1; WebCrypto takes PKCS#8 only. The wrapper is twenty bytes of ASN.1 around it. */

/** Thrown when GITHUB_APP_PRIVATE_KEY is no RSA key in PEM. */
export class PrivateKeyError extends Error {
  override readonly name = "PrivateKeyError";
  constructor() {
    super("GITHUB_APP_PRIVATE_KEY must be the whole .pem file that GitHub gave: an RSA key in PEM, PKCS#1 or PKCS#8.");
  }
}

/** AlgorithmIdentifier of rsaEncryption (1.2.840.113549.1.1.1) with NULL parameters, in DER. */
const RSA_ENCRYPTION = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const VERSION_0 = [0x02, 0x01, 0x00];

/** A PEM key of either form, as PKCS#8 PEM. Line breaks may be written as `\n`, as environment files need. */
export function toPkcs8(pem: string): string {
  const text = pem.replaceAll("\\n", "\n").trim();
  const match = /^-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END (?:RSA )?PRIVATE KEY-----$/.exec(text);
  if (!match) throw new PrivateKeyError();
  const base64 = (match[2] ?? "").replace(/\s/g, "");
  return toPem(match[1] === undefined ? base64 : encode(wrap(decode(base64))));
}

function wrap(pkcs1: Uint8Array): Uint8Array {
  const key = [0x04, ...length(pkcs1.length)];
  const inner = VERSION_0.length + RSA_ENCRYPTION.length + key.length + pkcs1.length;
  return Uint8Array.from([0x30, ...length(inner), ...VERSION_0, ...RSA_ENCRYPTION, ...key, ...pkcs1]);
}

/** A DER length: short form below 128, long form above. */
function length(bytes: number): number[] {
  if (bytes < 0x80) return [bytes];
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff];
}

function decode(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    throw new PrivateKeyError();
  }
}

const encode = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

const toPem = (base64: string): string =>
  `-----BEGIN PRIVATE KEY-----\n${base64.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
