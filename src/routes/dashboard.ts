import { createApp } from "./app.ts";

export const dashboard = createApp();
