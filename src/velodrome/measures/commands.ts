/** Which commands of reviewers and authors a comment gives. */

const LGTM = /^\/lgtm[ \t]*(?:no-issue)?[ \t]*\r?$/im;
const APPROVE = /^\/approve[ \t]*(?:no-issue)?[ \t]*\r?$/im;
const RETEST = /^\/(?:retest(?:-required)?[ \t]*|test[ \t]+\S.*)\r?$/im;

export interface Commands {
  readonly lgtm: boolean;
  readonly approve: boolean;
  /** `/retest`, `/retest-required` or `/test something`. */
  readonly retest: boolean;
}

export function commandsIn(body: string): Commands {
  return { lgtm: LGTM.test(body), approve: APPROVE.test(body), retest: RETEST.test(body) };
}
