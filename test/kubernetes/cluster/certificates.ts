/** A certificate authority of the test's own, and what it signs: made by openssl, valid for two days. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class Authority {
  readonly #folder: string;
  readonly ca: Pair;

  constructor(folder: string) {
    this.#folder = folder;
    this.ca = this.#pair("ca");
    const { cert, key } = this.ca;
    const subject = "/CN=cutwater-test-ca";
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
      subject,
      "-keyout",
      key,
      "-out",
      cert,
    );
  }

  #pair(name: string): Pair {
    return { cert: path.join(this.#folder, `${name}.crt`), key: path.join(this.#folder, `${name}.key`) };
  }

  /** A certificate for a user (`organization` is a Kubernetes group), or for a server when there are names. */
  sign(name: string, options: { readonly organization?: string; readonly names?: readonly string[] } = {}): Pair {
    const { cert, key } = this.#pair(name.replaceAll(/[^a-z0-9-]/gi, "-"));
    const subject = `${options.organization ? `/O=${options.organization}` : ""}/CN=${name}`;
    const extensions = `${cert}.ext`;
    const names = (options.names ?? []).map((one) => (/^[\d.]+$/.test(one) ? `IP:${one}` : `DNS:${one}`));
    const lines = [
      "extendedKeyUsage=clientAuth,serverAuth",
      ...(names.length > 0 ? [`subjectAltName=${names.join(",")}`] : []),
    ];
    writeFileSync(extensions, `${lines.join("\n")}\n`);
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-subj",
      subject,
      "-keyout",
      key,
      "-out",
      `${cert}.csr`,
    );
    openssl(
      "x509",
      "-req",
      "-in",
      `${cert}.csr`,
      "-CA",
      this.ca.cert,
      "-CAkey",
      this.ca.key,
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      extensions,
      "-out",
      cert,
    );
    return { cert, key };
  }

  /** A key that signs service accounts' tokens. */
  tokenKey(): string {
    const { key } = this.#pair("service-accounts");
    openssl("genrsa", "-out", key, "2048");
    return key;
  }
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
