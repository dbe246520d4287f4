// The camera and the decoder behind it: start once, then hear of every QR code that comes into view.

/** Calls `onCode(text)` for every frame with a code in it, also when it is the same as before. */
export class Camera {
  #video;
  #worker;
  #onCode;
  #track = null;
  #chosen = null;
  #facing;

  /** `facing`: which camera to begin with, "environment" (the back) or "user". */
  constructor(video, { worker, decoder, onCode, onBroken, facing = "environment" }) {
    this.#video = video;
    this.#facing = facing;
    this.#onCode = onCode;
    this.#worker = new Worker(worker, { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => (data.failed ? onBroken(data.failed) : this.#next(data.text)));
    this.#worker.addEventListener("error", (event) => onBroken(event.message));
    this.#worker.postMessage({ decoder });
  }

  get running() {
    return this.#track?.readyState === "live";
  }

  /** Asks for the camera; throws what the browser throws when it is refused or missing. */
  async start(deviceId = this.#chosen) {
    if (!navigator.mediaDevices) throw new Error("no camera without a secure connection");
    this.#track?.stop();
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: this.#facing } };
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    [this.#track] = stream.getVideoTracks();
    this.#chosen = this.#track.getSettings().deviceId ?? null;
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  /** The camera after the one in use, if there is more than one. */
  async switch() {
    const cameras = await this.#cameras();
    const place = cameras.findIndex(({ deviceId }) => deviceId === this.#chosen);
    await this.start(cameras[(place + 1) % cameras.length]?.deviceId);
  }

  async hasSeveral() {
    return (await this.#cameras()).length > 1;
  }

  /** Lets go of the camera: its light goes out. */
  stop() {
    this.#track?.stop();
    this.#track = null;
    this.#video.srcObject = null;
  }

  get hasLight() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async light(on) {
    await this.#track.applyConstraints({ advanced: [{ torch: on }] });
  }

  async #cameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
  }

  // One frame is with the worker at any time: a slow phone scans fewer frames, never a backlog of old ones.
  #next(text) {
    if (text) this.#onCode(text);
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(() => this.#send());
    else requestAnimationFrame(() => this.#send());
  }

  async #send() {
    if (document.hidden || !this.#video.videoWidth) return void setTimeout(() => this.#next(null), 200);
    const frame = await createImageBitmap(this.#video).catch(() => null);
    if (frame) this.#worker.postMessage({ frame }, [frame]);
    else setTimeout(() => this.#next(null), 200);
  }
}
