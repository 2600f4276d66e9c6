/** UTF-8 text of GitHub's base64, line breaks and all. */
export function fromBase64(content: string): string {
  const bytes = Uint8Array.from(atob(content.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
