/** The test's own administrator: JSON over HTTPS. The product's client is not used to judge it. */
import { Agent, type AgentOptions, request } from "node:https";

export interface KubeObject {
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly status: number;

  constructor(call: string, status: number, text: string) {
    super(`${call}: ${status} ${text.slice(0, 1000)}`);
    this.status = status;
  }
}

export class KubeClient {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    url: string,
    tls: Pick<AgentOptions, "ca" | "cert" | "key" | "rejectUnauthorized">,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#url = url;
    this.#agent = new Agent({ ...tls, keepAlive: false });
    this.#headers = headers;
  }

  text(method: string, path: string, body?: string, type = "application/json"): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#url}${path}`,
        { method, agent: this.#agent, headers: { ...this.#headers, "content-type": type }, timeout: 30_000 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const status = answer.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(text);
            else reject(new KubeError(`${method} ${path}`, status, text));
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on("error", reject);
      call.end(body);
    });
  }

  async get<T = KubeObject>(path: string): Promise<T> {
    return JSON.parse(await this.text("GET", path)) as T;
  }

  async create(path: string, object: object): Promise<KubeObject> {
    return JSON.parse(await this.text("POST", path, JSON.stringify(object))) as KubeObject;
  }

  /** Server-side apply: creates or changes. */
  async apply(path: string, object: object): Promise<void> {
    await this.text(
      "PATCH",
      `${path}?fieldManager=test&force=true`,
      JSON.stringify(object),
      "application/apply-patch+yaml",
    );
  }

  async patch(path: string, object: object, type = "application/merge-patch+json"): Promise<void> {
    await this.text("PATCH", path, JSON.stringify(object), type);
  }

  async delete(path: string): Promise<void> {
    await this.text("DELETE", path).catch((error: unknown) => {
      if (!(error instanceof KubeError) || error.status !== 404) throw error;
    });
  }
}
