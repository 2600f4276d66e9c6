/** Numbers on the command line. */

/** Throws what is wrong with it. */
export function wholeNumber(flag: string, value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Error(`--${flag} needs a whole number ${range}, not "${value}".`);
}
