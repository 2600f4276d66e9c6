/**
 * JSON that this system wrote itself, of the type that it wrote: a row of an object's own table.
 * What comes from anywhere else is parsed with zod instead.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it wrote
export const stored = <T>(text: string): T => JSON.parse(text);
