// Moves the bar of an import by asking once a second how far it is; at the end the page shows the outcome. Without scripts the
// page loads itself again.
const place = document.querySelector("[data-progress]");
const bar = place.querySelector("progress");
const EVERY_MS = 1000;
const AFTER_A_FAULT_MS = 5000;

function show({ done, total }) {
  bar.max = total;
  bar.value = done;
  place.querySelector("[data-done]").textContent = done;
  place.querySelector("[data-total]").textContent = total;
}

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { accept: "application/json" } });
    if (answer.status >= 500) throw new Error("away");
    const progress = await answer.json();
    if (!progress.running) return location.reload();
    show(progress);
    setTimeout(ask, EVERY_MS);
  } catch {
    setTimeout(ask, AFTER_A_FAULT_MS);
  }
}

setTimeout(ask, EVERY_MS);
