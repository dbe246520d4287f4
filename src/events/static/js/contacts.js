// Exchanging contacts: the camera reads the other guest's ticket, the server says what comes of it, and the list is kept up to date.
import { Camera } from "./_door_camera.js";

const OUT_OF_VIEW_MS = 2500; // a ticket that stays in view is one scan
const desk = document.querySelector("[data-contacts]");
const meetings = document.querySelector("[data-meetings]");
const title = document.title;
let camera = null;
let inView = { text: "", at: 0 };
let known = null;

const part = (name) => desk.querySelector(`[data-${name}]`);

async function send(code) {
  try {
    const answer = await fetch(`${desk.dataset.contacts}/scans`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ code }),
    });
    const told = await answer.json();
    if (answer.ok) say(told.tone, told.words);
    else say("warn", answer.status === 429 ? desk.dataset.tooOften : told.title);
  } catch {
    say("warn", desk.dataset.failed);
  }
}

function say(tone, words) {
  const line = document.createElement("p");
  line.className = `notice notice-${tone}`;
  line.textContent = words;
  part("said").replaceChildren(line);
  if (tone === "ok") navigator.vibrate?.(120);
}

function seen(text) {
  const now = performance.now();
  const fresh = text !== inView.text || now - inView.at > OUT_OF_VIEW_MS;
  inView = { text, at: now };
  if (fresh) send(text.slice(0, 500));
}

async function start() {
  part("refused").hidden = true;
  part("view").hidden = false;
  camera ??= new Camera(desk.querySelector("video"), {
    worker: desk.dataset.worker, decoder: desk.dataset.decoder, onCode: seen, onBroken: refused,
  });
  try {
    await camera.start();
  } catch {
    return refused();
  }
  part("start").hidden = true;
  part("stop").hidden = false;
}

function refused() {
  stop();
  part("refused").hidden = false;
}

function stop() {
  const video = desk.querySelector("video");
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  part("view").hidden = true;
  part("start").hidden = false;
  part("stop").hidden = true;
}

function show({ html, asking, exchanged }) {
  meetings.innerHTML = html;
  if (known && asking > known.asking) {
    navigator.vibrate?.([120, 80, 120]);
    meetings.scrollIntoView({ block: "center" });
  }
  if (known && exchanged > known.exchanged && desk) say("ok", meetings.dataset.exchanged);
  document.title = asking ? `(${asking}) ${title}` : title;
  known = { asking, exchanged };
}

if (desk) {
  part("start").hidden = false;
  part("start").addEventListener("click", start);
  part("stop").addEventListener("click", stop);
  part("type").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = event.target.elements.code;
    send(field.value);
    field.select();
  });
  addEventListener("pagehide", stop);
}

if (meetings.dataset.stream) {
  const source = new EventSource(meetings.dataset.stream);
  source.addEventListener("meetings", ({ data }) => show(JSON.parse(data)));
  addEventListener("pagehide", () => source.close());
}
