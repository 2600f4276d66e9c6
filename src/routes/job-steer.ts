/** Answers to who wants to rerun or abort a job: the API's and Deck's. */
import type { Context } from "hono";
import { settings } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { abort, actable, actorOf, rerun } from "./job-actions.ts";
import { visibleJob } from "./job-data.ts";
import { latestRun } from "./job-latest.ts";
import { notFound, refused, wantsPage } from "./surroundings.ts";
import { viewerOf } from "./viewer.ts";

const WHO_MAY =
  "its rerun_auth_config does not name you, and GitHub does not know you as somebody who may say /test on this pull request.";

/** `latest`: a rerun as the configuration says now, not as it said then. */
export async function steer(
  c: Context<AppEnv>,
  id: string,
  action: "rerun" | "abort",
  latest = false,
): Promise<Response> {
  const viewer = await viewerOf(c);
  const job = await visibleJob(c.env, viewer, id);
  if (job === null) return notFound(c);
  const stored = await actable(c.env, viewer, job);
  if (stored === null) {
    return viewer.kind === "anonymous"
      ? refused(c, 401, "unauthorized", "Sign in first", `To ${action} this job you need to be signed in.`)
      : refused(
          c,
          403,
          "forbidden",
          "Not yours to steer",
          `${viewer.login}, you may not ${action} ${job.job}: ${WHO_MAY}`,
        );
  }
  if (action === "rerun") {
    const again = latest ? await latestRun(c.env, stored) : stored;
    if (typeof again === "string") return refused(c, 409, "no-longer", "It is not configured so any more", again);
    const started = await rerun(c.env, again, job, actorOf(viewer));
    return wantsPage(c)
      ? c.redirect(`/jobs/${started}`, 303)
      : c.json({ id: started, url: `${settings(c.env).PUBLIC_URL}/jobs/${started}` }, 201);
  }
  if (!(await abort(c.env, job, actorOf(viewer)))) {
    return refused(c, 409, "over", "It is over", "This job has ended: there is nothing to abort any more.");
  }
  return wantsPage(c) ? c.redirect(`/jobs/${job.id}`, 303) : c.json({ id: job.id, aborted: true }, 202);
}
