import { createApp } from "./app.ts";

export const hook = createApp();
