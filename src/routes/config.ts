import { createApp } from "./app.ts";

export const config = createApp();
