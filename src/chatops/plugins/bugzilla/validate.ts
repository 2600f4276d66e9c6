/** Whether a bug fits the options of a branch, and why not (spec chatops 2.39). Pure. */
import type { BugState, BugzillaBranch } from "../../../config/plugin-settings.ts";
import { bugLink, type Checked, stateText, statesText } from "../../messages-bugzilla.ts";
import type { Bug } from "./bugs.ts";

/** What a state leaves empty is not asked. */
export function isIn(bug: BugState, states: readonly BugState[]): boolean {
  return states.some(
    ({ status, resolution }) =>
      (status === "" || status === bug.status) && (resolution === "" || resolution === bug.resolution),
  );
}

/** A bug without groups is everybody's; without allowed groups every group is. */
export function isAllowed({ groups }: Bug, allowed: readonly string[] | null): boolean {
  return !allowed?.length || groups.every((group) => allowed.includes(group));
}

/** States that a bug may be in: the valid ones, and the one that validation itself puts it into. */
export function allowedStates({ valid_states, state_after_validation }: BugzillaBranch): readonly BugState[] {
  return [...(valid_states ?? []), ...(state_after_validation ? [state_after_validation] : [])];
}

type Say = (right: boolean, passed: string, wrong: string) => void;

/** `dependents`: the bugs that it depends on, needed only when the options ask about them. */
export function checkBug(bug: Bug, dependents: readonly Bug[], options: BugzillaBranch, url: string): Checked {
  const passed: string[] = [];
  const wrong: string[] = [];
  const say: Say = (right, yes, no) => void (right ? passed.push(yes) : wrong.push(no));
  const { is_open, target_release, valid_states } = options;
  if (is_open !== null) {
    const is = bug.is_open ? "open" : "closed";
    say(bug.is_open === is_open, `it is ${is}`, `it should be ${is_open ? "open" : "closed"}, but is ${is}`);
  }
  if (target_release !== null) {
    const [target] = bug.target_release;
    const no = `it should target ${target_release}, but ${target === undefined ? "has no target release" : `targets ${target}`}`;
    say(target === target_release, `it targets ${target_release}`, no);
  }
  if (valid_states) {
    const states = allowedStates(options);
    const is = stateText(bug);
    const no = `it should be in one of the states ${statesText(states)}, but is ${is}`;
    say(isIn(bug, states), `its state, ${is}, is one of ${statesText(states)}`, no);
  }
  checkDependents(bug, dependents, options, url, say);
  return { passed, wrong };
}

function checkDependents(bug: Bug, dependents: readonly Bug[], options: BugzillaBranch, url: string, say: Say): void {
  const { dependent_bug_states: states, dependent_bug_target_releases: releases } = options;
  if (!states && !releases) return;
  if (dependents.length === 0) {
    const wanted = [
      ...(releases ? [`targets one of ${releases.join(", ")}`] : []),
      ...(states ? [`is in one of the states ${statesText(states)}`] : []),
    ];
    say(false, "", `${bugLink(bug.id, url)} should depend on a bug that ${wanted.join(" and ")}, but depends on none`);
    return;
  }
  say(true, "it depends on another bug", "");
  for (const one of dependents) {
    const link = `${bugLink(one.id, url)}, on which it depends,`;
    if (states) {
      const is = stateText(one);
      const no = `${link} should be in one of the states ${statesText(states)}, but is ${is}`;
      say(isIn(one, states), `${link} is ${is}, one of ${statesText(states)}`, no);
    }
    if (releases) {
      const [target] = one.target_release;
      const has = target === undefined ? "has no target release" : `targets ${target}`;
      const no = `${link} should target one of ${releases.join(", ")}, but ${has}`;
      say(
        target !== undefined && releases.includes(target),
        `${link} targets ${target}, one of ${releases.join(", ")}`,
        no,
      );
    }
  }
}
