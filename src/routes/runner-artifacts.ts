/** Artifacts from runners: streamed into R2, one file at once or in parts. */
import type { Context } from "hono";
import * as z from "zod";
import { ArtifactPathError, artifactPath, decodedPath } from "../jobs/artifact-path.ts";
import { contentTypeOf } from "../jobs/content-type.ts";
import { bearerOf } from "../jobs/credential.ts";
import { ARTIFACT_SINGLE_BYTES } from "../jobs/protocol.ts";
import { createApp } from "./app.ts";
import type { AppEnv } from "./app.ts";
import { readBody } from "./body.ts";
import { problem, refused } from "./runner-answers.ts";

const PARTS_BYTES = 2 * 1024 * 1024;
const UploadId = z.string().min(1).max(2048);
const PartNumber = z.coerce.number().int().min(1).max(10_000);
const Parts = z.object({
  parts: z
    .array(z.object({ partNumber: z.int().min(1).max(10_000), etag: z.string().min(1).max(256) }))
    .min(1)
    .max(10_000),
});

export const runnerArtifacts = createApp();

runnerArtifacts.on(["PUT", "POST"], "/runner/jobs/:id/artifacts/*", async (c) => {
  let path: string;
  try {
    path = artifactPath(decodedPath(restOfPath(c)));
  } catch (error) {
    if (error instanceof ArtifactPathError) return problem(c, 400, "invalid", error.message);
    throw error;
  }
  const uploadId = c.req.query("uploadId");
  if (c.req.method === "PUT") return uploadId === undefined ? putWhole(c, path) : putPart(c, path, uploadId);
  if (uploadId !== undefined) return complete(c, path, uploadId);
  if (c.req.query("uploads") !== undefined) return begin(c, path);
  return problem(c, 400, "invalid", "PUT a whole artifact, or POST with ?uploads to send it in parts.");
});

async function putWhole(c: Context<AppEnv>, path: string): Promise<Response> {
  const body = sizedBody(c);
  if (body instanceof Response) return body;
  const booked = await book(c, path, body.size, 0);
  if ("error" in booked) return refused(c, booked);
  const httpMetadata = { contentType: contentTypeOf(path) };
  const put = await c.env.ARTIFACTS.put(booked.key, body.stream, { httpMetadata });
  return c.json({ etag: put.etag, size: put.size });
}

async function begin(c: Context<AppEnv>, path: string): Promise<Response> {
  const booked = await book(c, path, 0, 1);
  if ("error" in booked) return refused(c, booked);
  const httpMetadata = { contentType: contentTypeOf(path) };
  const upload = await c.env.ARTIFACTS.createMultipartUpload(booked.key, { httpMetadata });
  return c.json({ uploadId: upload.uploadId });
}

async function putPart(c: Context<AppEnv>, path: string, uploadId: string): Promise<Response> {
  const part = PartNumber.safeParse(c.req.query("partNumber"));
  if (!part.success || !UploadId.safeParse(uploadId).success)
    return problem(c, 400, "invalid", "Give ?uploadId= and ?partNumber= of 1 to 10000.");
  const body = sizedBody(c);
  if (body instanceof Response) return body;
  const booked = await book(c, path, body.size, part.data);
  if ("error" in booked) return refused(c, booked);
  const upload = c.env.ARTIFACTS.resumeMultipartUpload(booked.key, uploadId);
  const { etag } = await upload.uploadPart(part.data, body.stream);
  return c.json({ etag });
}

async function complete(c: Context<AppEnv>, path: string, uploadId: string): Promise<Response> {
  const bytes = await readBody(c.req.raw, PARTS_BYTES);
  if (bytes === null) return problem(c, 413, "limit", `The list of parts may have ${PARTS_BYTES} bytes at most.`);
  const parsed = parseParts(bytes);
  if (parsed === null || !UploadId.safeParse(uploadId).success)
    return problem(c, 400, "invalid", 'Send { "parts": [{ "partNumber", "etag" }] }, the answers to the parts.');
  // Booked as nothing more: this asks whether the credential still holds, and where the artifact lies.
  const booked = await c.env.JOB.getByName(`job:${c.req.param("id") ?? ""}`).artifactKey(tokenOf(c), path);
  if ("error" in booked) return refused(c, booked);
  try {
    const done = await c.env.ARTIFACTS.resumeMultipartUpload(booked.key, uploadId).complete(parsed);
    return c.json({ etag: done.etag, size: done.size });
  } catch (error) {
    // The answer to an earlier call may have been lost: then the object is there.
    const there = await c.env.ARTIFACTS.head(booked.key);
    if (there !== null) return c.json({ etag: there.etag, size: there.size });
    const why = error instanceof Error ? error.message : String(error);
    return problem(c, 400, "invalid", `The parts make no artifact: ${why.slice(0, 300)}`);
  }
}

function parseParts(bytes: Uint8Array): R2UploadedPart[] | null {
  try {
    return Parts.parse(JSON.parse(new TextDecoder().decode(bytes))).parts;
  } catch {
    return null;
  }
}

function book(c: Context<AppEnv>, path: string, bytes: number, part: number) {
  return c.env.JOB.getByName(`job:${c.req.param("id") ?? ""}`).bookArtifact(tokenOf(c), path, bytes, part);
}

/** The body and its announced size, or the refusal: R2 must know the size before it streams. */
function sizedBody(c: Context<AppEnv>): { stream: ReadableStream | Uint8Array; size: number } | Response {
  const header = c.req.header("content-length");
  const size = Number(header);
  if (header === undefined || !Number.isSafeInteger(size) || size < 0)
    return problem(c, 411, "length", "Send a Content-Length.");
  if (size > ARTIFACT_SINGLE_BYTES)
    return problem(c, 413, "limit", `Send more than ${ARTIFACT_SINGLE_BYTES} bytes in parts (POST ?uploads).`);
  return { stream: c.req.raw.body ?? new Uint8Array(), size };
}

const tokenOf = (c: Context<AppEnv>): string => bearerOf(c.req.header("authorization"));

/** What follows `/artifacts/` in the path, still percent-encoded. */
function restOfPath(c: Context<AppEnv>): string {
  const { pathname } = new URL(c.req.url);
  return pathname.slice(pathname.indexOf("/artifacts/") + "/artifacts/".length);
}
