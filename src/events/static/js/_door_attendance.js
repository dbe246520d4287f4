// How many are inside, counted by the server, as soon as any phone lets somebody in.
const AGAIN_MS = 3000;

/** Keeps the [data-figure] elements current; `onConnection(up)` hears whether the server can be reached. */
export function followAttendance(onConnection) {
  const stream = new EventSource("/door/stream");
  stream.addEventListener("open", () => onConnection(true));
  stream.addEventListener("error", () => {
    onConnection(false);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => again(onConnection), AGAIN_MS);
  });
  stream.addEventListener("unpaired", () => location.reload());
  stream.addEventListener("attendance", ({ data }) => {
    for (const [name, figure] of Object.entries(JSON.parse(data))) {
      for (const element of document.querySelectorAll(`[data-figure="${name}"]`)) element.textContent = figure;
    }
  });
}

// The browser gives up after an answer that is no stream: a proxy's error page, or "this phone is not paired".
async function again(onConnection) {
  const answer = await fetch("/door/guests", { headers: { accept: "application/json" } }).catch(() => null);
  if (answer?.status === 401) location.reload();
  else followAttendance(onConnection);
}
