import { createApp } from "./app.ts";

export const metrics = createApp();
