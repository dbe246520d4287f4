// A ticket that was opened once also opens without a connection. Says honestly when it is shown from the phone's memory, and takes
// what has changed as soon as there is a connection again.
const ticket = document.querySelector("[data-ticket]");
const path = ticket.dataset.ticket;
const savedAt = document.documentElement.dataset.savedAt;
const note = document.querySelector("[data-ticket-saved]");
const kept = document.querySelector("[data-ticket-kept]");
const shown = ticket.innerHTML;
const LOOK_AGAIN_MS = 60_000;
let lookedAt = savedAt ? 0 : Date.now();

// The code of the QR is in upper case and has more than one spelling; the kept copy has one address.
if (location.pathname !== path) history.replaceState(history.state, "", path + location.search);

function tellSaved() {
  const since = new Date(savedAt ?? lookedAt);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(since);
  note.querySelector("[data-words]").textContent = note.dataset.ticketSaved.replace("{time}", time);
  note.hidden = false;
}

// What the service shows now; a reload only when it is something else than what is on the screen.
async function lookAgain() {
  if (document.hidden || Date.now() - lookedAt < LOOK_AGAIN_MS) return;
  lookedAt = Date.now();
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status >= 500) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (savedAt || page.querySelector("[data-ticket]")?.innerHTML !== shown) location.reload();
  } catch {
    tellSaved();
  }
}

async function keep() {
  await navigator.serviceWorker.register("/t/worker.js", { scope: "/t/" });
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("/static/"));
  navigator.serviceWorker.addEventListener("message", ({ data }) => { if (data.kept === path) kept.hidden = false; });
  navigator.serviceWorker.startMessages();
  active.postMessage({ keep: path, files });
}

kept.querySelector("button").addEventListener("click", async () => {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ forget: path });
  kept.hidden = true;
});

if (savedAt) tellSaved();
addEventListener("offline", tellSaved);
addEventListener("online", () => { lookedAt = 0; lookAgain(); });
document.addEventListener("visibilitychange", lookAgain);
setInterval(lookAgain, LOOK_AGAIN_MS);
if ("serviceWorker" in navigator && !savedAt) {
  // After loading, when it is known which fonts and pictures the page uses.
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep);
}
