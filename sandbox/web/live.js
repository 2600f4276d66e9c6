// Keeps a page current without losing what somebody is typing: whenever the sandbox says that something changed,
// the page is fetched again and its marked parts are replaced.
const topic = document.body.dataset.live;

async function replaceParts() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = next.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || fresh.innerHTML === part.innerHTML) continue;
    const open = new Set([...part.querySelectorAll("details[open]")].map((item) => item.id).filter(Boolean));
    part.replaceChildren(...fresh.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  }
}

let wanted = false;
let busy = false;

// One fetch at a time, and one more for what changed meanwhile: an older answer never replaces a newer one.
async function refresh() {
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    wanted = false;
    await replaceParts().catch(() => undefined);
  }
  busy = false;
}

if (topic) {
  const source = new EventSource(`/_live?topic=${encodeURIComponent(topic)}`);
  source.addEventListener("message", () => void refresh());
  // What changed between the page and the connection, the first or one after a break, was told to nobody.
  source.addEventListener("open", () => void refresh());
  addEventListener("pagehide", () => source.close());
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && "autosubmit" in event.target.dataset)
    event.target.form?.requestSubmit();
});

// Ctrl+Enter sends a comment, as at GitHub.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement)
    event.target.form?.requestSubmit(event.target.form.querySelector("button.primary"));
});

// Quick commands put their text into the comment box.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-say]") : null;
  const box = document.querySelector("#body");
  if (!(button instanceof HTMLElement) || !(box instanceof HTMLTextAreaElement)) return;
  box.value = box.value.trim() ? `${box.value.trimEnd()}\n${button.dataset.say}` : button.dataset.say;
  box.focus();
});
