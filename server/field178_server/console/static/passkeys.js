// Passkeys: forms with `data-passkey` send the answer of the officer's device along, as JSON in a hidden field.
"use strict";

(() => {
  const fromText = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const withIds = (list) => (list || []).map((entry) => ({ ...entry, id: fromText(entry.id) }));

  async function created(options) {
    const publicKey = {
      ...options,
      challenge: fromText(options.challenge),
      user: { ...options.user, id: fromText(options.user.id) },
      excludeCredentials: withIds(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    const { clientDataJSON, attestationObject } = made.response;
    return answer(made, { clientDataJSON, attestationObject });
  }

  async function answered(options) {
    const publicKey = {
      ...options,
      challenge: fromText(options.challenge),
      allowCredentials: withIds(options.allowCredentials),
    };
    const used = await navigator.credentials.get({ publicKey });
    const { clientDataJSON, authenticatorData, signature, userHandle } = used.response;
    return answer(used, { clientDataJSON, authenticatorData, signature, ...(userHandle ? { userHandle } : {}) });
  }

  function answer(credential, parts) {
    const response = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, toText(value)]));
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
  }

  // The options of a field: written into the page, or fetched when they are needed, for they serve one answer.
  async function optionsOf(field, form) {
    if (field.dataset.options) return JSON.parse(field.dataset.options);
    const headers = { "X-CSRF-Token": form.elements.csrf_token.value };
    const reply = await fetch(field.dataset.from, { method: "POST", headers });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }

  async function fill(form, submitter) {
    const refusal = form.querySelector("[data-passkey-refusal]");
    if (refusal) refusal.hidden = true;
    try {
      for (const field of form.querySelectorAll("[data-passkey]")) {
        const options = await optionsOf(field, form);
        field.value = await (field.dataset.passkey === "create" ? created(options) : answered(options));
        const used = form.querySelector(`[name="${field.name}_challenge"]`);
        if (used) used.value = options.challenge;
      }
    } catch {
      // Cancelled, timed out, no passkey here: the form stays, another try is a press away.
      if (refusal) refusal.hidden = false;
      return;
    }
    form.requestSubmit(submitter);
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const fields = Array.from(form.querySelectorAll("[data-passkey]"));
      if (!fields.length || fields.every((field) => field.value)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      fill(form, event.submitter);
    },
    true,
  );
})();
