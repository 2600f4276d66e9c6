/** Who lives in the demo. */

export const ORG = "cutwater-demo";

export interface Person {
  readonly login: string;
  readonly name: string;
  readonly bio: string;
}

/** Ada owns the organisation. */
export const OWNER = "ada";

export const PEOPLE: readonly Person[] = [
  { login: "ada", name: "Ada Okafor", bio: "Owner of the organisation, approves everything once" },
  { login: "ben", name: "Ben Lindqvist", bio: "Member, reviews hello and harbor" },
  { login: "chidi", name: "Chidi Marlowe", bio: "Member, writes more tests than code" },
  { login: "emil", name: "Emil Haddad", bio: "Member, harbor master" },
  { login: "dana", name: "Dana Vogel", bio: "Outside collaborator on harbor" },
  { login: "mallory", name: "Mallory", bio: "A stranger with a pull request" },
  { login: "nova", name: "Nova Quist", bio: "A first-time contributor" },
];

export const MEMBERS: readonly string[] = ["ben", "chidi", "emil"];

export const TEAMS: readonly { slug: string; name: string; members: readonly string[]; repos: readonly string[] }[] = [
  { slug: "harbor-maintainers", name: "Harbor maintainers", members: ["ben", "emil"], repos: ["harbor"] },
  {
    slug: "hello-maintainers",
    name: "Hello maintainers",
    members: ["ben", "chidi"],
    repos: ["hello", "secret-harbor"],
  },
  { slug: "release-managers", name: "Release managers", members: ["ada", "ben"], repos: [] },
];

/** An App of somebody else's, installed nowhere here: it only comments. */
export const OTHER_BOT = "tugboat[bot]";
