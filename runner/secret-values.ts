/** What of a secret must not be seen: the value, its base64 form, its longer lines. Pure. */

/** A line of a value that has several, such as a key's: it may show alone, or indented. */
const LINE_CHARACTERS = 16;

/**
 * All forms of some secrets' values (UTF-8) that are at least `minimumLength` characters long; blank ones never. A form
 * that ends in white space is there without it, too.
 */
export function secretForms(values: readonly string[], minimumLength: number): string[] {
  const forms = new Set<string>();
  for (const value of values) {
    const trimmed = value.trim();
    if (trimmed === "" || trimmed.length < minimumLength) continue;
    for (const form of [value, trimmed]) {
      forms.add(form);
      const encoded = Buffer.from(form, "utf8").toString("base64");
      forms.add(encoded).add(encoded.replace(/=+$/, ""));
      forms.add(Buffer.from(form, "utf8").toString("base64url"));
      forms.add(JSON.stringify(form).slice(1, -1));
    }
    const lines = trimmed.split("\n").map((line) => line.trim());
    if (lines.length > 1)
      for (const line of lines)
        if (line.length >= Math.max(LINE_CHARACTERS, minimumLength) && !/\s/.test(line)) forms.add(line);
  }
  return [...forms];
}
