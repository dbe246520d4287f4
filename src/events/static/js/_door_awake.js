// Keeps the screen on while the scanner is in view; the browser takes the lock away whenever the page is hidden.
export async function stayAwake() {
  const lock = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => document.hidden || lock());
  await lock();
}
