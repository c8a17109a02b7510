// Several pretend phones: shows what each one shows, says what each one hears, passes on what people do.
import {base64, refusal} from "/photo.js";
import {WORDS} from "/words.js";

// What the carrier notes in English, and the words of this page for it.
const NOTES = {"connected": "note_connected", "the call was not taken": "note_not_taken"};
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const store = {
  get: (name, otherwise) => { try { return localStorage.getItem(name) ?? otherwise; } catch { return otherwise; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window: not kept */ } },
};
const screens = new Map(); // number -> Screen
let language = store.get("language", "es");
let speaks = store.get("voice", "on") === "on";

function word(name, values = {}) {
  return WORDS[name][language].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function translate(root) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-word-label]")) node.setAttribute("aria-label", word(node.dataset.wordLabel));
}

async function order(name, data, tell = news) {
  try {
    const answer = await fetch(`/control/${name}`, {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(data),
    });
    const found = await answer.json();
    tell(answer.ok ? "" : word("failed", {reason: reason(found)}));
    return answer.ok;
  } catch {
    tell(word("lost"));
    return false;
  }
}

function reason(found) {
  return `refused_${found.reason}` in WORDS ? word(`refused_${found.reason}`) : found.error;
}

function news(text) { document.getElementById("news").textContent = text; }

function formatted(number) {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
}

class Screen {
  constructor(phone, isNew) {
    this.phone = phone;
    this.shown = []; // the texts on the screen, each as told by `look`
    this.lines = 0;
    this.callSid = "";
    this.mayspeak = isNew;
    this.refused = ""; // why the file that was chosen cannot go
    this.sends = false;
    const section = document.getElementById("phone").content.cloneNode(true).querySelector("section");
    this.section = section;
    this.find = (name) => section.querySelector(`.${name}`);
    this.label("body");
    this.label("photo");
    this.label("speech");
    this.buildKeypad();
    this.listen();
    document.getElementById("phones").append(section);
    this.renderWords();
    this.render(phone);
    this.mayspeak = true;
  }

  label(name) {
    const id = `${name}-${this.phone.number.slice(-4)}-${this.phone.number.slice(2, 5)}`;
    this.find(name).id = id;
    this.find(`label-${name}`).htmlFor = id;
  }

  buildKeypad() {
    for (const key of KEYS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = key;
      button.dataset.key = key;
      button.addEventListener("click", () => this.press(key));
      this.find("keypad").append(button);
    }
    this.find("keypad").addEventListener("keydown", (event) => {
      if (KEYS.includes(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) this.press(event.key);
    });
  }

  listen() {
    const act = (name) => this.find(name).addEventListener("click", () => order(name, {number: this.phone.number}));
    ["answer", "decline", "voicemail", "hangup"].forEach(act);
    this.find("call").addEventListener("click", () => order("call", {from: this.phone.number}));
    this.find("composer").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.find("body").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    });
    this.find("photo").addEventListener("change", () => this.choose());
    this.find("unpick").addEventListener("click", () => { this.unpick(); this.find("photo").focus(); });
    this.find("speaker").addEventListener("submit", async (event) => {
      event.preventDefault();
      const box = this.find("speech");
      if (box.value.trim() && await order("say", {number: this.phone.number, text: box.value})) box.value = "";
    });
  }

  press(key) {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    order("keys", {number: this.phone.number, keys: key});
  }

  choose() {
    const file = this.find("photo").files[0];
    this.refused = file ? refusal(file) : "";
    if (this.refused) this.find("photo").value = "";
    this.renderPhoto();
  }

  unpick() {
    this.find("photo").value = "";
    this.refused = "";
    this.renderPhoto();
  }

  renderPhoto() {
    const name = this.find("photo").files[0]?.name ?? "";
    this.find("chosen").textContent = name;
    this.find("unpick").hidden = !name;
    this.complain(this.refused ? word("failed", {reason: word(this.refused)}) : "");
  }

  complain(text) { this.find("trouble").textContent = text; }

  async send() {
    const box = this.find("body");
    const file = this.find("photo").files[0];
    if (this.sends || (!box.value.trim() && !file)) return;
    this.sends = true;
    try {
      const photos = file ? [{base64: await base64(file)}] : [];
      const text = {from: this.phone.number, body: box.value, photos};
      if (await order("text", text, (words) => this.complain(words))) {
        box.value = "";
        this.unpick();
      }
    } finally {
      this.sends = false;
    }
  }

  renderWords() {
    translate(this.section);
    this.renderPhoto();
    const name = this.phone.name;
    this.section.setAttribute("aria-label", `${name} ${formatted(this.phone.number)}`);
    this.find("thread").setAttribute("aria-label", word("thread", {name}));
    this.find("heard").setAttribute("aria-label", word("heard", {name}));
    this.find("keypad").setAttribute("aria-label", word("keypad", {name}));
    for (const button of this.find("keypad").children) {
      const spoken = {"*": word("star"), "#": word("pound")}[button.dataset.key];
      if (spoken) button.setAttribute("aria-label", `${button.dataset.key} ${spoken}`);
    }
  }

  redraw() {
    this.shown = [];
    this.lines = 0;
    this.callSid = "";
    this.find("thread").replaceChildren();
    this.mayspeak = false;
    this.renderWords();
    this.render(this.phone);
    this.mayspeak = true;
  }

  render(phone) {
    this.phone = phone;
    this.find("name").textContent = phone.name;
    this.find("number").textContent = formatted(phone.number);
    this.renderThread(phone.thread);
    this.renderCall(phone.call, phone.last_call);
  }

  renderThread(thread) {
    const list = this.find("thread");
    // A text may be delivered after one that was written later, and then stands before it.
    const goesOn = this.shown.every((seen, place) => thread[place] && look(thread[place]) === seen);
    if (!goesOn) list.replaceChildren();
    const fresh = goesOn ? thread.slice(this.shown.length) : thread;
    for (const text of fresh) list.append(this.bubble(text));
    this.shown = thread.map(look);
    if (fresh.length) list.scrollTop = list.scrollHeight;
  }

  bubble(text) {
    const who = text.mine ? "from_me" : text.by_carrier ? "from_carrier" : "from_line";
    const item = line(word(who), text.deleted ? word("text_gone") : text.body, text.mine);
    item.dataset.sid = text.sid;
    for (const address of text.deleted ? [] : text.media) item.append(picture(address));
    return item;
  }

  renderCall(call, last) {
    const shown = call ?? last;
    const state = call?.state ?? "idle";
    const other = call ? formatted(call.other) : "";
    const status = last?.status ?? "";
    const told = call ? (call.by_machine ? "machine" : call.joined ? "joined" : state) : last ? "over" : "idle";
    const text = word(told, {other, status});
    if (this.find("state").textContent !== text) this.find("state").textContent = text;
    this.section.classList.toggle("rings", state === "ringing");
    this.show({
      call: state === "idle", answer: state === "ringing", decline: state === "ringing",
      voicemail: state === "ringing", hangup: state === "talking" || state === "calling",
      live: state === "talking" || state === "calling", talk: Boolean(shown?.heard.length),
    });
    if (shown) this.renderHeard(shown);
  }

  show(parts) {
    const focused = document.activeElement;
    for (const [name, visible] of Object.entries(parts)) this.find(name).hidden = !visible;
    if (focused && this.section.contains(focused) && focused.closest("[hidden]")) {
      const next = ["answer", "hangup", "call"].map(this.find).find((button) => !button.hidden);
      next?.focus();
    }
  }

  renderHeard(call) {
    const list = this.find("heard");
    if (call.sid !== this.callSid) {
      this.callSid = call.sid;
      this.lines = 0;
      list.replaceChildren();
    }
    for (const heard of call.heard.slice(this.lines)) {
      list.append(this.heardLine(heard));
      if (this.mayspeak) speak(heard, this.phone.language);
    }
    if (call.heard.length > this.lines) list.scrollTop = list.scrollHeight;
    this.lines = call.heard.length;
  }

  heardLine(heard) {
    const text = heard.kind === "note" && NOTES[heard.text] ? word(NOTES[heard.text]) : heard.text;
    const item = line(word(`kind_${heard.kind}`), text, heard.kind === "me" || heard.kind === "key");
    if (heard.language) item.querySelector(".what").lang = heard.language;
    return item;
  }
}

function line(who, text, mine) {
  const item = document.createElement("p");
  const name = document.createElement("span");
  const what = document.createElement("span");
  name.className = "who";
  name.textContent = who;
  what.className = "what";
  what.textContent = text;
  item.append(name, what);
  item.className = mine ? "line mine" : "line";
  return item;
}

// What of a text can change once it stands on the screen.
function look(text) {
  return JSON.stringify([text.sid, text.deleted, text.media.map(Boolean)]);
}

function picture(address) {
  const item = document.createElement(address ? "img" : "em");
  if (address) Object.assign(item, {src: address, alt: word("photo_alt")});
  else item.textContent = word("photo_gone");
  return item;
}

function speak(heard, ownLanguage) {
  if (!speaks || !("speechSynthesis" in window) || !["say", "person"].includes(heard.kind)) return;
  const sentence = new SpeechSynthesisUtterance(heard.text);
  sentence.lang = heard.language || (ownLanguage === "es" ? "es-MX" : "en-US");
  const voices = speechSynthesis.getVoices();
  sentence.voice = voices.find((voice) => voice.lang === sentence.lang)
    ?? voices.find((voice) => voice.lang.startsWith(sentence.lang.slice(0, 2))) ?? null;
  speechSynthesis.speak(sentence);
}

function setLanguage(next) {
  language = next;
  store.set("language", next);
  document.documentElement.lang = next;
  document.title = word("title");
  translate(document);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === next));
  }
  for (const screen of screens.values()) screen.redraw();
}

function setSound(on) {
  speaks = on;
  store.set("voice", on ? "on" : "off");
  document.getElementById("sound").setAttribute("aria-pressed", String(on));
  if (!on && "speechSynthesis" in window) speechSynthesis.cancel();
}

function listen() {
  const events = new EventSource("/control/events");
  events.onopen = () => news("");
  events.onerror = () => news(word("lost"));
  events.onmessage = (event) => {
    const phone = JSON.parse(event.data);
    const screen = screens.get(phone.number);
    if (screen) screen.render(phone);
    else screens.set(phone.number, new Screen(phone, false));
  };
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => setLanguage(button.dataset.language));
}
document.getElementById("sound").addEventListener("click", () => setSound(!speaks));
document.getElementById("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const digits = document.getElementById("add-number");
  const name = document.getElementById("add-name");
  const data = {number: `+121355501${digits.value}`, language};
  if (name.value.trim()) data.name = name.value.trim();
  if (await order("phones", data)) digits.value = name.value = "";
});
setLanguage(language);
setSound(speaks);
listen();
