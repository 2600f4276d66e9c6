/** UTC days, written YYYY-MM-DD. */
const DAY_MS = 24 * 3600_000;

/** Of a time in milliseconds. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** When it begins, in milliseconds. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const daysAfter = (day: string, days: number): string => dayOf(startOf(day) + days * DAY_MS);

export const daysBetween = (from: string, to: string): number => Math.round((startOf(to) - startOf(from)) / DAY_MS);

/** The Sunday with which its week begins. */
export const sundayOf = (day: string): string => daysAfter(day, -new Date(startOf(day)).getUTCDay());
