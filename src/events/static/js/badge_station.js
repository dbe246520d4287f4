// The print station: takes a badge, prints it in its own size, says that it came out. One badge at a time; the server gives each one to
// a single station. What is between "taken" and "came out" when the page is reloaded is left to a person, unless it never reached the printer.
const desk = document.querySelector("[data-claims]");
const word = desk.querySelector("[data-word]");
const automatic = desk.querySelector("[data-automatic]");
const queue = document.querySelector('[data-fragment="queue"]');
const station = remembered("badge-station", () => crypto.randomUUID());
let sheet = null;
let busy = false;

function remembered(name, make) {
  const known = localStorage.getItem(name) ?? make();
  localStorage.setItem(name, known);
  return known;
}

const say = (key, name = "") => { word.textContent = key ? desk.querySelector("[data-word]").dataset[key].replace("{name}", name) : ""; };

async function post(address, fields) {
  const answer = await fetch(address, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.redirected ? {} : answer.json();
}

// Takes the named badge, or the next one, and prints it. Answers whether there was one.
async function printOne(request = "") {
  const { badge } = await post(desk.dataset.claims, { station_id: station, request_id: request });
  if (!badge) { if (request) say("gone"); return false; }
  await print(badge);
  return true;
}

async function print(badge) {
  say("printing", badge.name);
  try {
    await show(badge);
  } catch {
    await post(`${desk.dataset.requests}/${badge.id}/return`, {});
    automatic.checked = false; // what fails once would fail again and again
    say("failed", badge.name);
    return;
  }
  localStorage.setItem("badge-at-printer", badge.id);
  window.print(); // waits for the dialog; with --kiosk-printing there is none
  sheet.replaceChildren();
  await post(`${desk.dataset.requests}/${badge.id}/print`, { station_id: station });
  localStorage.removeItem("badge-at-printer");
  say("");
}

async function show({ picture, layout, name }) {
  if (!sheet) {
    sheet = document.createElement("div");
    document.body.append(sheet);
  }
  const image = new Image();
  image.alt = name;
  image.src = picture;
  await image.decode();
  sheet.className = `badge-page badge-page-${layout}`;
  sheet.replaceChildren(image);
}

async function work(request = "") {
  if (busy) return;
  busy = true;
  try {
    let more = await printOne(request);
    while (more && automatic.checked) more = waiting() > 0 && (await printOne());
  } catch {
    // no network: the queue stays as it is, and the next change of it is the next try
  } finally {
    busy = false;
  }
}

const waiting = () => queue.querySelectorAll('[data-state="waiting"]').length;

function look() {
  mark();
  if (automatic.checked && waiting() > 0) work();
}

// Lines of this printer, and lines of others: only for its own one can a person here say that it came out.
function mark() {
  for (const line of queue.querySelectorAll('[data-state="printing"]')) line.classList.toggle("station-elsewhere", line.dataset.station !== station);
}

// A badge that was taken here before a reload: printed now if it never reached the printer, else a question to whoever stands there.
async function resume() {
  for (const line of queue.querySelectorAll(`[data-state="printing"][data-station="${station}"]`)) {
    const { request } = line.dataset;
    if (localStorage.getItem("badge-at-printer") === request) say("unclear");
    else await post(`${desk.dataset.requests}/${request}/return`, {}).catch(() => {});
  }
  look();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-print]");
  if (button) work(button.dataset.print);
});

// Buttons act without leaving the page, so that the automatic mode goes on; without a script they are forms.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-quiet]");
  if (!form) return;
  event.preventDefault();
  if (busy && form.action.endsWith("/return")) return;
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then(() => say(""));
});

automatic.checked = localStorage.getItem("badges-automatic") === "yes";
automatic.addEventListener("change", () => {
  localStorage.setItem("badges-automatic", automatic.checked ? "yes" : "");
  look();
});
document.documentElement.classList.add("station-scripted");
new MutationObserver(look).observe(queue, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "data-request"] });
resume();
