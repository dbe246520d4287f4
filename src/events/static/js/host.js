// The host's page: cards move from "expected" to "here" the moment their guest is admitted, and the arrival is said aloud: on the
// screen, to screen readers, by a sound, a vibration and the page's title. What was said once is not said again on this phone.
import { stayAwake } from "./_door_awake.js";

const page = document.querySelector("[data-host]");
const alerts = page.querySelector("[data-alerts]");
const sound = page.querySelector("[data-sound]");
const title = document.title;
const SILENCE_MS = 40_000; // the server speaks every 15 s; longer silence means a connection that died without a word
const MOST_ALERTS = 5;
const MEMORY = `arrivals ${hash(page.dataset.host.split("?")[0])}`; // not the link itself
const known = recall(); // guests whose arrival was said, or stood on the page when it was opened
let source = null;
let watchdog = 0;
let audio = null;
let unseen = 0;

// A number that stands for the address in this phone's memory; 32 bits are plenty to tell a host's few links apart.
function hash(text) {
  let sum = 0;
  for (const letter of text) sum = (Math.imul(sum, 31) + letter.codePointAt(0)) | 0;
  return sum;
}

function recall() {
  const here = [...page.querySelectorAll("[data-arrived]")].map(({ dataset }) => dataset.guest);
  try {
    const told = JSON.parse(localStorage.getItem(MEMORY));
    return new Set(Array.isArray(told) ? told : here);
  } catch {
    return new Set(here);
  }
}

function remember() {
  try {
    localStorage.setItem(MEMORY, JSON.stringify([...known]));
  } catch {
    // A phone that keeps nothing says earlier arrivals again after a reload; that is better than none.
  }
}

function say(state) {
  for (const chip of page.querySelectorAll("[data-live]")) chip.hidden = chip.dataset.live !== state;
}

function heard() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => { say("lost"); close(); open(); }, SILENCE_MS);
}

function close() {
  clearTimeout(watchdog);
  source?.close();
  source = null;
}

// Also while the page is in the background: the sound and the title are for a phone that lies on the table.
function open() {
  if (source) return;
  source = new EventSource(page.dataset.host);
  source.addEventListener("guests", ({ data }) => { heard(); say("live"); show(JSON.parse(data)); });
  source.addEventListener("alive", () => { heard(); say("live"); });
  source.addEventListener("lost", () => say("lost"));
  source.addEventListener("over", () => { close(); location.reload(); });
  source.addEventListener("error", () => {
    say("lost");
    if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    close();
    setTimeout(open, 5000);
  });
  heard();
}

function show({ changed, gone, arrivals, figures }) {
  for (const id of gone) page.querySelector(`[data-guest="${id}"]`)?.remove();
  for (const [id, card] of Object.entries(changed)) place(id, card);
  for (const [name, figure] of Object.entries(figures)) page.querySelector(`[data-figure="${name}"]`).textContent = figure;
  for (const none of page.querySelectorAll("[data-none]")) none.hidden = Boolean(listOf(none.dataset.none).children.length);
  const here = new Set(arrivals.map(({ id }) => id));
  for (const id of known) if (!here.has(id)) forget(id);
  for (const arrival of arrivals) if (!known.has(arrival.id)) announce(arrival);
  remember();
}

const listOf = (name) => page.querySelector(`[data-list="${name}"]`);

// Those who are here stand with the latest first, those expected in the order of their names.
function place(id, { html, arrived, key }) {
  page.querySelector(`[data-guest="${id}"]`)?.remove();
  const fresh = document.createElement("template");
  fresh.innerHTML = html.trim();
  const list = listOf(arrived ? "arrived" : "expected");
  const after = [...list.children].find(({ dataset }) => (arrived ? dataset.key < key : dataset.key > key));
  list.insertBefore(fresh.content.querySelector("li"), after ?? null);
}

function announce({ id, words, work, note }) {
  known.add(id);
  const alert = document.querySelector("#alert").content.cloneNode(true).firstElementChild;
  alert.dataset.alert = id;
  alert.querySelector(".host-alert-words").textContent = words;
  for (const [name, text] of [["work", work], ["note", note]]) {
    const line = alert.querySelector(`[data-${name}]`);
    line.textContent = text;
    line.hidden = !text;
  }
  alert.querySelector("button").addEventListener("click", () => { alert.remove(); seen(); });
  alerts.prepend(alert);
  [...alerts.children].slice(MOST_ALERTS).forEach((old) => old.remove());
  badge(unseen + 1);
  chime();
  navigator.vibrate?.([200, 100, 200]);
}

// Taken back at the door: the word is taken back here too, and said again when the guest really comes.
function forget(id) {
  known.delete(id);
  alerts.querySelector(`[data-alert="${id}"]`)?.remove();
  badge(alerts.children.length);
}

function seen() {
  badge(alerts.children.length);
}

function badge(count) {
  unseen = count;
  document.title = count ? `(${count}) ${title}` : title;
  if (count) navigator.setAppBadge?.(count).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
}

// Browsers allow sound only after a tap.
async function turnSoundOn() {
  audio ??= globalThis.AudioContext ? new AudioContext() : null;
  await audio?.resume();
  stayAwake();
  sound.setAttribute("aria-pressed", "true");
  sound.querySelector("[data-off]").hidden = true;
  sound.querySelector("[data-on]").hidden = false;
  chime();
}

function chime() {
  if (audio?.state !== "running") return;
  for (const [hertz, start] of [[659, 0], [880, 0.16], [1319, 0.32]]) tone(hertz, audio.currentTime + start);
}

function tone(hertz, start) {
  const voice = new OscillatorNode(audio, { frequency: hertz, type: "sine" });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.5, start + 0.01);
  volume.gain.setTargetAtTime(0, start + 0.14, 0.08);
  voice.connect(volume).connect(audio.destination);
  voice.start(start);
  voice.stop(start + 0.7);
}

sound.hidden = false;
sound.addEventListener("click", turnSoundOn);
addEventListener("pagehide", close);
addEventListener("pageshow", open);
document.addEventListener("visibilitychange", () => { if (!document.hidden && !source) open(); });
fetch(page.dataset.visit, { method: "POST" }).catch(() => {}); // the organiser sees that the link was opened
open();
