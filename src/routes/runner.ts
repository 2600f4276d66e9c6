import { createApp } from "./app.ts";

export const runner = createApp();
