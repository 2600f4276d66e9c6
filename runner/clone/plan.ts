/** The git commands of one clone, as data (spec jobs 6.3, clonerefs steps 1 to 5). */
import type { Refs } from "../../src/config/model.ts";
import { mustBePlain } from "./refs.ts";

export interface GitStep {
  readonly args: readonly string[];
  /** Fetches are tried again after each of the retry delays. */
  readonly retry: boolean;
  /** Seconds of the epoch for the commit that the step makes; unset when it makes none. */
  readonly commitTime?: number;
  /** Tried when `args` fail. */
  readonly otherwise?: readonly string[];
}

const step = (...args: string[]): GitStep => ({ args, retry: false });
const fetchStep = (...args: string[]): GitStep => ({ args: ["fetch", ...args], retry: true });

const isSparse = (refs: Refs): boolean => (refs.sparse_checkout_files ?? []).length > 0;

/** Steps up to the checked-out base. A sparse checkout implies depth 1, no blobs up front and no tags. */
export function baseSteps(refs: Refs, url: string, user: { readonly name: string; readonly email: string }): GitStep[] {
  const sparse = isSparse(refs);
  const branch = refs.base_ref ?? "";
  const depth = sparse ? 1 : (refs.clone_depth ?? 0);
  const shape = [
    ...(depth > 0 ? ["--depth", String(depth)] : []),
    ...(refs.blobless_fetch === true || sparse ? ["--filter=blob:none"] : []),
  ];
  const wanted = refs.base_sha || branch;
  const target = refs.base_sha || "FETCH_HEAD";
  mustBePlain("base", wanted);
  mustBePlain("base branch", branch);
  for (const file of refs.sparse_checkout_files ?? []) mustBePlain("sparse checkout file", file);
  return [
    step("init"),
    step("config", "user.name", user.name),
    step("config", "user.email", user.email),
    ...(sparse ? [step("sparse-checkout", "init")] : []),
    ...(refs.skip_fetch_head === true || sparse ? [] : [fetchStep(...shape, "--tags", "--prune", "--", url)]),
    fetchStep(...shape, ...(sparse ? ["--no-tags"] : []), "--", url, wanted),
    ...(sparse ? [step("sparse-checkout", "set", ...(refs.sparse_checkout_files ?? []))] : []),
    step("checkout", target),
    ...(branch === "" ? [] : [step("branch", "--force", branch, target), step("checkout", branch)]),
  ];
}

/**
 * Steps that merge the pull requests in order and fetch submodules. A head is fetched by its commit, else by its number. `baseTime` (seconds) is the base commit's time: merges
 * are dated one second apart after it, so that every clone of the same refs has the same commit.
 */
export function pullSteps(refs: Refs, url: string, baseTime: number): GitStep[] {
  const merges = (refs.pulls ?? []).flatMap((pull, index) => {
    const head = `pull/${pull.number}/head`;
    const wanted = pull.ref || pull.sha || head;
    const target = pull.sha || "FETCH_HEAD";
    mustBePlain(`ref of pull request ${pull.number}`, wanted);
    mustBePlain(`commit of pull request ${pull.number}`, target);
    const from = [...(refs.blobless_fetch === true ? ["--filter=blob:none"] : []), "--", url];
    const fetched = fetchStep(...from, wanted);
    return [
      // Some servers give no commit that no ref names. The merge is of the commit, so that another head fails there.
      wanted === pull.sha ? { ...fetched, otherwise: ["fetch", ...from, head] } : fetched,
      { ...step("merge", "--no-ff", target), commitTime: baseTime + index + 1 },
    ];
  });
  const submodules = refs.skip_submodules !== true && !isSparse(refs);
  return [...merges, ...(submodules ? [step("submodule", "update", "--init", "--recursive")] : [])];
}
