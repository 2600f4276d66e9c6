import { createApp } from "./app.ts";

export const auth = createApp();
