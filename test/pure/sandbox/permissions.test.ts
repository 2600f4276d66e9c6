import { expect, test } from "vitest";
import { DEFAULT_PERMISSIONS } from "../../../sandbox/verbs/apps.ts";
import { PERMISSIONS } from "../../../src/routes/app-manifest.ts";

test("system tests run with the rights that the App of our own manifest has, and no others", () => {
  expect(DEFAULT_PERMISSIONS).toEqual(PERMISSIONS);
});
