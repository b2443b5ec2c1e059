// What a page does beyond HTML. Everything here is a comfort: each page works without it.
import htmx from 'htmx.org'
import { Button, ErrorSummary, createAll } from 'govuk-frontend'
import { keepDesk } from './desk.js'
import { runBulk } from './desk_bulk.js'
import { offerPasskeys } from './passkey.js'

const streams = new Set()

// A browser that reads modules can do all that follows; govuk-frontend looks for this mark.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
start(document)
document.querySelectorAll('[data-desk]').forEach(keepDesk)
document.querySelectorAll('form[data-bulk]').forEach(runBulk)
offerPasskeys(document)
document.addEventListener('htmx:load', ({ detail }) => detail.elt === document.body || start(detail.elt))

function start (root) {
  for (const part of [Button, ErrorSummary]) createAll(part, undefined, root)
  root.querySelectorAll('[data-live]').forEach(follow)
}

// <section id="state" data-live="/…/events" data-live-event="case">: when the stream says that
// something happened, the part is fetched anew from this page's own address. The browser resumes a
// broken stream with Last-Event-ID by itself; meanwhile the part with [data-live-lost] tells it.
function follow (part) {
  if (streams.has(part.id)) return
  streams.add(part.id)
  const stream = new EventSource(part.dataset.live)
  const lost = document.querySelector('[data-live-lost]')
  const refresh = oneAtATime(() => renew(part.id))
  let wasLost = false
  stream.onopen = () => {
    if (lost) lost.hidden = true
    if (wasLost) refresh()
    wasLost = false
  }
  stream.onerror = () => {
    if (lost) lost.hidden = false
    wasLost = true
  }
  stream.addEventListener(part.dataset.liveEvent || 'message', refresh)
}

// Several calls while one is under way are one call after it.
function oneAtATime (act) {
  let isBusy = false
  let isWanted = false
  return async function run () {
    isWanted = true
    if (isBusy) return
    isBusy = true
    while (isWanted) {
      isWanted = false
      await act().catch(() => {}) // the stream tells that the connection is lost
    }
    isBusy = false
  }
}

// What was opened stays open, what had the focus keeps it, and what is new is said aloud.
async function renew (id) {
  const answer = await fetch(window.location.href, { headers: { accept: 'text/html' } })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const old = document.getElementById(id)
  const fresh = page.getElementById(id)
  if (!answer.ok || !old || !fresh) return
  const acts = (part) => [...part.querySelectorAll('a, button, summary')]
  const name = (act) => act.textContent.trim()
  const focused = old.contains(document.activeElement) && name(document.activeElement)
  const opened = [...old.querySelectorAll('details[open] > summary')].map(name)
  fresh.querySelectorAll('details').forEach((one) => { one.open = opened.includes(name(one.querySelector('summary'))) })
  old.replaceWith(fresh)
  start(fresh)
  if (focused) acts(fresh).find((act) => name(act) === focused)?.focus()
  const said = document.querySelector('[data-live-said]')
  const says = [...fresh.querySelectorAll('[data-live-says]')].map((one) => one.textContent.trim()).join(' ')
  if (said && said.textContent !== says) said.textContent = says
}
