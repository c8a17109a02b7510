// Passkeys: a button that asks the browser, and puts its answer into the form. Without it, the form is a form.
"use strict";

(() => {
  function toBytes(text) {
    const plain = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(plain), (sign) => sign.charCodeAt(0));
  }

  function toText(buffer) {
    const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function read(options) {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const one of list || []) one.id = toBytes(one.id);
    }
    return options;
  }

  function written(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
  }

  async function ask(button) {
    const form = button.form;
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      const publicKey = read(JSON.parse(button.dataset.options));
      const container = navigator.credentials;
      const made = button.dataset.passkey === "create" ? container.create({ publicKey }) : container.get({ publicKey });
      form.elements.passkey.value = written(await made);
    } catch {
      failed.hidden = false;
      return;
    }
    form.noValidate = button.dataset.alone === "yes";
    form.requestSubmit();
  }

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  }
})();
