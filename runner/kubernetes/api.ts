/**
 * The few calls of Kubernetes that the runner needs. Who we are comes from the library (in the cluster, or a kubeconfig with
 * certificates, tokens, exec plugins, OIDC); the calls are plain HTTPS.
 */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";

/** What the API server answered that is no 2xx; `reason` is Kubernetes' word, e.g. `AlreadyExists`. */
export class KubeApiError extends Error {
  override readonly name = "KubeApiError";
  readonly status: number;
  readonly reason: string;

  constructor(call: string, status: number, reason: string, message: string) {
    super(`${call}: ${status} ${message}`);
    this.status = status;
    this.reason = reason;
  }
}

export interface KubeApi {
  /** Rejects with {@link KubeApiError}, or with a network error when there was no answer. */
  call(method: string, path: string, body?: object, type?: string): Promise<unknown>;
  /** A streamed answer: a followed log, or a watch. `signal` ends it. */
  stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

const CALL_MS = 30_000;
const MERGE_PATCH = "application/merge-patch+json";

/** The cluster that this process runs in, or that a kubeconfig (`file`, KUBECONFIG, ~/.kube/config) names. */
export function kubeApi(options: { readonly kubeconfig?: string; readonly context?: string } = {}): KubeApi {
  const config = new KubeConfig();
  if (options.kubeconfig) config.loadFromFile(options.kubeconfig);
  else config.loadFromDefault();
  if (options.context) config.setCurrentContext(options.context);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new Error("The kubeconfig names no current cluster. Give --kubeconfig FILE, or run inside a cluster.");
  const base = cluster.server.replace(/\/+$/, "");
  let agent: Agent | null = null;

  const open = async (
    method: string,
    path: string,
    init: { body?: string; type?: string; signal: AbortSignal },
  ): Promise<IncomingMessage> => {
    const options: RequestOptions = {
      method,
      signal: init.signal,
      headers: {
        accept: "application/json, */*",
        ...(init.type ? { "content-type": init.type } : {}),
        // Node does not say it for DELETE: the body would be taken for the connection's next request.
        ...(init.body === undefined ? {} : { "content-length": Buffer.byteLength(init.body) }),
      },
    };
    await config.applyToHTTPSOptions(options);
    // One agent keeps connections; its certificates are those of the first call until they change on disk.
    agent ??= new Agent({
      keepAlive: true,
      ca: options.ca,
      cert: options.cert,
      key: options.key,
      rejectUnauthorized: options.rejectUnauthorized,
    });
    options.agent = base.startsWith("https:") ? agent : undefined;
    const send = base.startsWith("https:") ? httpsRequest : httpRequest;
    return await new Promise((resolve, reject) => {
      const call = send(`${base}${path}`, options, resolve);
      call.on("error", reject);
      call.end(init.body);
    });
  };
  const failed = async (call: string, answer: IncomingMessage): Promise<KubeApiError> => {
    const text = await textOf(answer);
    const { reason = "", message = text.slice(0, 500) } = statusOf(text);
    return new KubeApiError(call, answer.statusCode ?? 0, reason, message);
  };
  const ok = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300;
  return {
    async call(method, path, body, type = method === "PATCH" ? MERGE_PATCH : "application/json") {
      const signal = AbortSignal.timeout(CALL_MS);
      const answer = await open(method, path, { ...(body ? { body: JSON.stringify(body), type } : {}), signal });
      if (!ok(answer)) throw await failed(`${method} ${path}`, answer);
      const text = await textOf(answer);
      return text === "" ? null : (JSON.parse(text) as unknown);
    },
    async stream(path, signal) {
      const answer = await open("GET", path, { signal });
      if (!ok(answer)) throw await failed(`GET ${path}`, answer);
      return answer;
    },
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const Status = z.object({ reason: z.string().optional(), message: z.string().optional() });

function statusOf(text: string): z.infer<typeof Status> {
  try {
    return Status.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Whether an API error says that the thing is not (or no longer) there. */
export const isGone = (error: unknown): boolean =>
  error instanceof KubeApiError && (error.status === 404 || error.status === 410);
export const isConflict = (error: unknown): boolean => error instanceof KubeApiError && error.status === 409;
