import { createApp } from "./app.ts";

export const setup = createApp();
