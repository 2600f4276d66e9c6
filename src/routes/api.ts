import { createApp } from "./app.ts";

export const api = createApp();
