// Looks for a QR code in one camera frame after the other, away from the page, so that scrolling and typing never wait for it.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

let decoder;

function prepare(address) {
  decoder = prepareZXingModule({ overrides: { locateFile: () => address }, fireImmediately: true });
  return decoder;
}

function pixelsOf(frame) {
  const surface = new OffscreenCanvas(frame.width, frame.height);
  const context = surface.getContext("2d", { willReadFrequently: true });
  context.drawImage(frame, 0, 0);
  frame.close();
  return context.getImageData(0, 0, surface.width, surface.height);
}

// Default options on purpose: the faster ones read a fifth fewer of the tickets people really hold up.
async function read(frame) {
  const pixels = pixelsOf(frame);
  await decoder;
  const found = await readBarcodes(pixels, { formats: ["QRCode"] });
  return found.map(({ text }) => text).find(Boolean) ?? null;
}

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.decoder) await prepare(data.decoder);
    self.postMessage({ text: data.frame ? await read(data.frame) : null });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});
