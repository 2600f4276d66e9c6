import { ApiError } from "../errors.ts";
import { emit } from "../hooks/emit.ts";
import { type Call, empty, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { label as labelShape, milestone } from "../shape/issue.ts";
import { createLabel, findLabel } from "../verbs/issues.ts";
import { BOTH } from "./issues.ts";
import { R, type Routes } from "./route.ts";

const found = (call: Call) => {
  const { repo } = call;
  const label = findLabel(repo, call.param("name"));
  if (!label) throw ApiError.notFound();
  return { repo, label };
};

export const labels: Routes = {
  [`GET ${R}/labels`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", BOTH, "read");
    return paged(call, repo.labels, (label) => labelShape(world, repo, label));
  },
  [`POST ${R}/labels`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", BOTH, "triage");
    const label = createLabel(world, repo, call.actor, {
      name: call.string("name") ?? "",
      color: call.string("color") ?? "ededed",
      description: call.string("description") ?? null,
    });
    return json(labelShape(world, repo, label), 201);
  },
  [`GET ${R}/labels/{name}`]: (call) => {
    const { repo, label } = found(call);
    call.allow(repo, "read", BOTH, "read");
    return json(labelShape(call.world, repo, label));
  },
  [`PATCH ${R}/labels/{name}`]: (call) => {
    const { repo, label } = found(call);
    call.allow(repo, "write", BOTH, "triage");
    const from = { name: label.name, color: label.color, description: label.description };
    const name = call.string("new_name") ?? call.string("name") ?? from.name;
    const taken = findLabel(repo, name);
    if (taken && taken !== label) throw ApiError.invalid("Label", "name", "already_exists");
    for (const issue of Object.values(repo.issues))
      issue.labels = issue.labels.map((one) => (one === from.name ? name : one));
    label.name = name;
    label.color = call.string("color") ?? label.color;
    label.description = call.string("description") ?? label.description;
    const changes = {
      ...(from.name === label.name ? {} : { name: { from: from.name } }),
      ...(from.color === label.color ? {} : { color: { from: from.color } }),
      ...(from.description === label.description ? {} : { description: { from: from.description } }),
    };
    const body = { label: labelShape(call.world, repo, label), changes };
    emit(call.world, { event: "label", action: "edited", repo, actor: call.actor, body });
    call.world.changed();
    return json(labelShape(call.world, repo, label));
  },
  [`DELETE ${R}/labels/{name}`]: (call) => {
    const { repo, label } = found(call);
    call.allow(repo, "write", BOTH, "triage");
    repo.labels = repo.labels.filter((one) => one !== label);
    for (const issue of Object.values(repo.issues)) issue.labels = issue.labels.filter((one) => one !== label.name);
    emit(call.world, {
      event: "label",
      action: "deleted",
      repo,
      actor: call.actor,
      body: { label: labelShape(call.world, repo, label) },
    });
    call.world.changed();
    return empty();
  },
  [`GET ${R}/milestones`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", BOTH, "read");
    const state = call.query("state") ?? "open";
    const wanted = repo.milestones.filter((one) => state === "all" || one.state === state);
    return paged(call, wanted, (one) => milestone(world, repo, one));
  },
  [`POST ${R}/milestones`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", BOTH, "write");
    const title = call.string("title") ?? "";
    if (repo.milestones.some((one) => one.title === title))
      throw ApiError.invalid("Milestone", "title", "already_exists");
    const now = world.now();
    const made = {
      id: world.id(),
      number: repo.milestones.length + 1,
      title,
      description: call.string("description") ?? null,
      state: "open" as const,
      creator: call.actor.account.login,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
      dueOn: call.string("due_on") ?? null,
    };
    repo.milestones.push(made);
    world.changed();
    return json(milestone(world, repo, made), 201);
  },
};
