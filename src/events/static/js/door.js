// The scanner: a code comes from the camera, a hardware scanner, the keyboard or the search; the server decides; the verdict shows.
import { followAttendance } from "./_door_attendance.js";
import { stayAwake } from "./_door_awake.js";
import { Camera } from "./_door_camera.js";
import { Desk, newScan } from "./_door_desk.js";
import { listenToScanners } from "./_door_keyboard.js";
import { searchAsYouType } from "./_door_search.js";
import { Sheets } from "./_door_sheets.js";
import { playVerdict, unlockSound } from "./_door_sound.js";
import { closeVerdict, showVerdict, verdictIsOpen } from "./_door_verdict.js";

// A ticket that stays in view is one scan; out of view for this long and back again is another.
const OUT_OF_VIEW_MS = 1500;
const LONGEST_CODE = 500;

const page = document.querySelector(".scanner");
const texts = page.dataset;
const part = (name) => page.querySelector(`[data-${name}]`);

const sheets = new Sheets();
const desk = new Desk((waiting) => tell({ waiting }));
const net = { up: true, waiting: 0 };
let inView = { text: "", at: 0 };
let deciding = null; // the scan whose verdict the steward waits for
let lastAdmitted = null;

function tell(change) {
  Object.assign(net, change);
  const good = net.up && !net.waiting;
  part("net").hidden = false;
  part("net").classList.toggle("scanner-net-off", !good);
  part("net-on").hidden = !good;
  part("net-off").hidden = good;
  const word = net.waiting ? `${texts.waiting}: ${net.waiting}` : net.up ? texts.connected : texts.offline;
  if (part("net-word").textContent !== word) part("net-word").textContent = word;
}

async function check(what) {
  const scan = newScan(what);
  deciding = scan.id;
  const answer = await desk.decide(scan, () => deciding === scan.id && !verdictIsOpen("unsure") && show("unsure"));
  if (answer) announce(scan, answer);
}

// An answer that comes late, when the steward has moved on, still shows if it is bad news and nothing else is on the screen.
function announce(scan, answer) {
  if (answer.verdict === "admitted") remember({ id: scan.id, name: answer.card?.name });
  const late = deciding !== scan.id;
  if (late && (answer.verdict === "admitted" || deciding || verdictIsOpen())) return;
  deciding = null;
  playVerdict(answer.verdict);
  show(answer.kind, answer);
}

function show(kind, announcement) {
  sheets.close();
  page.inert = true;
  showVerdict(kind, announcement, { next, again: () => desk.askAgain(), find, undo: undoLast });
}

function next() {
  deciding = null;
  page.inert = false;
  closeVerdict();
}

function find() {
  next();
  sheets.open("find");
}

function remember(entry) {
  lastAdmitted = entry;
  part("undo-last").disabled = !entry;
}

async function undoLast() {
  if (!lastAdmitted) return;
  const { id, name } = lastAdmitted;
  const answer = await desk.undo(id);
  next();
  if (!answer || answer.failed) return note(texts.failed);
  remember(null);
  note(`${texts.undone}: ${name}`);
}

function note(text) {
  part("net-word").textContent = text;
  setTimeout(() => tell({}), 4000);
}

// The welcome of one guest gives way to the ticket of the next; everything else waits for the steward.
function busy() {
  return deciding || sheets.isOpen || (verdictIsOpen() && !verdictIsOpen("admitted"));
}

function seen(text) {
  const now = performance.now();
  const fresh = text !== inView.text || now - inView.at > OUT_OF_VIEW_MS;
  if (fresh && busy()) return;
  inView = { text, at: now };
  if (fresh) check({ code: text.slice(0, LONGEST_CODE) });
}

async function startCamera() {
  unlockSound();
  page.dataset.camera = "starting";
  part("start").hidden = true;
  part("refused").hidden = true;
  try {
    await camera.start();
  } catch {
    return cameraRefused();
  }
  page.dataset.camera = "on";
  part("light").hidden = !camera.hasLight;
  part("switch").hidden = !(await camera.hasSeveral());
}

function cameraRefused() {
  page.dataset.camera = "refused";
  part("refused").hidden = false;
}

const camera = new Camera(page.querySelector("video"), {
  worker: texts.worker, decoder: texts.decoder, onCode: seen, onBroken: cameraRefused,
});
searchAsYouType(page.querySelector("[data-sheet=find]"), {
  texts, onChosen: ({ registration_id }) => check({ registration_id }),
});

document.documentElement.classList.add("scripted");
part("tools").hidden = false;
part("start").hidden = false;
part("start").querySelector("button").addEventListener("click", startCamera);
part("refused").querySelector("button").addEventListener("click", startCamera);
part("switch").addEventListener("click", () => camera.switch().catch(cameraRefused));
part("undo-last").addEventListener("click", undoLast);
part("light").addEventListener("click", async ({ currentTarget: light }) => {
  const on = light.getAttribute("aria-pressed") !== "true";
  await camera.light(on).then(() => light.setAttribute("aria-pressed", on), () => (light.hidden = true));
});
part("code").addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = event.target.elements.code;
  event.target.reset();
  sheets.close();
  check({ code: value.slice(0, LONGEST_CODE) });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && page.dataset.camera === "on" && !camera.running) startCamera();
});
addEventListener("online", () => (tell({ up: true }), desk.askAgain()));
addEventListener("offline", () => tell({ up: false }));
addEventListener("pointerdown", unlockSound, { once: true });
listenToScanners((text) => busy() || check({ code: text.slice(0, LONGEST_CODE) }));
followAttendance((up) => tell({ up }));
stayAwake();
