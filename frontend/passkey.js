// Officers' keys. <form data-passkey="get|create" data-challenge="/…" hidden>: the city's challenge goes
// to the browser's own window, and its answer goes back with the form. Nothing of it is kept here.
export function offerPasskeys (root) {
  if (!window.PublicKeyCredential) return
  root.querySelectorAll('[data-passkey-unable]').forEach((part) => { part.hidden = true })
  root.querySelectorAll('form[data-passkey]').forEach((form) => {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      send(form)
    })
  })
}

class Refused extends Error {}

async function send (form) {
  const said = form.querySelector('[data-passkey-said]')
  const button = form.querySelector('[type="submit"]')
  said.hidden = true
  button.disabled = true
  try {
    form.elements.answer.value = JSON.stringify(await answer(form))
    form.submit()
  } catch (error) {
    said.textContent = error instanceof Refused ? error.message : said.dataset.passkeySaid
    said.hidden = false
    button.disabled = false
  }
}

async function answer (form) {
  const asked = await fetch(form.dataset.challenge, {
    method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { accept: 'application/json' }
  })
  const told = await asked.json()
  if (!asked.ok) throw new Refused(told.detail)
  const key = await navigator.credentials[form.dataset.passkey]({ publicKey: readable(told) })
  const response = {}
  for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (key.response[part]) response[part] = text(key.response[part])
  }
  return { id: key.id, rawId: text(key.rawId), type: key.type, response }
}

function readable (options) {
  const named = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }))
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) })
  }
}

function bytes (said) {
  return Uint8Array.from(atob(said.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))
}

function text (buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
