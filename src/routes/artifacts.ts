import { createApp } from "./app.ts";

export const artifacts = createApp();
