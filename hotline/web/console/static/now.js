// Says aloud that something urgent is new: a sound, and a notification that tells nothing of it. Only if asked.
"use strict";

(() => {
  const bar = document.getElementById("alarm");
  const board = document.getElementById("board");
  if (!bar || !board) return;
  const button = bar.querySelector("button");
  const told = bar.querySelector("[role=status]");
  const KEY = "hotline.alarm";
  let sound = null;
  let known = codes();

  function codes() {
    return new Set([...board.querySelectorAll("[data-urgent]")].map((one) => one.dataset.urgent));
  }

  function isOn() {
    try {
      return localStorage.getItem(KEY) === "on";
    } catch {
      return false;
    }
  }

  function remember(on) {
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }

  function show() {
    const on = isOn();
    button.textContent = on ? bar.dataset.on : bar.dataset.off;
    button.setAttribute("aria-pressed", String(on));
    const refused = on && "Notification" in window && Notification.permission === "denied";
    told.textContent = refused ? bar.dataset.refused : "";
  }

  function ring() {
    sound = sound || new AudioContext();
    if (sound.state === "suspended") sound.resume();
    const begin = sound.currentTime + 0.05;
    [880, 660, 880].forEach((pitch, step) => {
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.25, begin + step * 0.25);
      loud.gain.exponentialRampToValueAtTime(0.001, begin + step * 0.25 + 0.22);
      tone.connect(loud).connect(sound.destination);
      tone.start(begin + step * 0.25);
      tone.stop(begin + step * 0.25 + 0.24);
    });
  }

  function notify() {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(bar.dataset.title, { body: bar.dataset.words, tag: "hotline-urgent" });
    note.addEventListener("click", () => window.focus());
  }

  button.addEventListener("click", async () => {
    const on = !isOn();
    remember(on);
    if (on) {
      if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
      ring();
    }
    show();
  });

  new MutationObserver(() => {
    const here = codes();
    const isNew = [...here].some((code) => !known.has(code));
    known = here;
    if (isNew && isOn()) {
      ring();
      notify();
    }
  }).observe(board, { childList: true, subtree: true });

  bar.hidden = false;
  show();
})();
