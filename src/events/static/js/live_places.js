// Keeps the number of free places true while somebody reads or types. Asks every ten seconds, only while the page is looked at;
// the browser's cache answers with "not modified" as long as nothing moved.
import { showChairs } from "./_chairs.js";

const INTERVAL = 10_000;
const page = document.querySelector("[data-live-places]");
let timer;

async function refresh() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const answer = await fetch(page.dataset.livePlaces, { headers: { accept: "application/json" } });
    if (answer.ok) show(await answer.json());
  } catch {
    // Offline for a moment: the next round will tell.
  }
  timer = setTimeout(refresh, INTERVAL);
}

function show({ free, taken }) {
  for (const figure of page.querySelectorAll('[data-places="free"]')) figure.textContent = free;
  const diagram = page.querySelector("[data-chairs]");
  if (diagram) showChairs(diagram, { taken, label: page.dataset.placesLabel?.replace("{taken}", taken) });
}

document.addEventListener("visibilitychange", refresh);
timer = setTimeout(refresh, INTERVAL);
