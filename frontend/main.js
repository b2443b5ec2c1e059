// What a page does beyond HTML. Everything here is a comfort: each page works without it.
import htmx from 'htmx.org'
import { Button, ErrorSummary, createAll } from 'govuk-frontend'
import { keepDesk } from './desk.js'

const streams = new Set()

// A browser that reads modules can do all that follows; govuk-frontend looks for this mark.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
start(document)
document.querySelectorAll('[data-desk]').forEach(keepDesk)
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
  const refresh = () => htmx.ajax('GET', window.location.href, {
    target: `#${part.id}`, select: `#${part.id}`, swap: 'outerHTML'
  })
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
