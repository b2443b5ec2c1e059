// The desk keeps itself up to date: when something happened in the officer's agencies, the list is
// fetched anew, and the case in hand if it has moved. What one reads stays where it is on the screen,
// what is marked stays marked, and what is being typed is never taken away.
import { keepKeys } from './desk_keys.js'

const fresh = new Map() // code → what happened to it since the page was opened: new or changed
let seen = 0

export function keepDesk (desk) {
  document.addEventListener('keydown', pressByKey)
  keepKeys()
  seen = Math.max(0, ...rowsOf(document).map((row) => Number(row.dataset.version)))
  keepMarks()
  document.querySelector('#list tr.on')?.scrollIntoView({ block: 'nearest' })
  const stream = new EventSource(desk.dataset.desk)
  const lost = document.querySelector('[data-live-lost]')
  let wasLost = false
  stream.addEventListener('desk', refresh)
  stream.onopen = () => {
    if (lost) lost.hidden = true
    if (wasLost) refresh()
    wasLost = false
  }
  stream.onerror = () => {
    if (lost) lost.hidden = false
    wasLost = true
  }
}

// The key on a button works with Alt everywhere, as it says, whatever a browser does with accesskey.
function pressByKey (event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return
  const button = [...document.querySelectorAll('#case button[accesskey]')]
    .find((one) => event.code === `Key${one.accessKey.toUpperCase()}`)
  if (!button) return
  event.preventDefault()
  button.click()
}

const rowsOf = (part) => [...part.querySelectorAll('#list tr[data-case]')]
const rowOf = (part, code) => part.querySelector(`tr[data-case="${CSS.escape(code)}"]`)

async function refresh () {
  const list = document.getElementById('list')
  const page = await fetched(list.dataset.deskList)
  const next = page?.getElementById('list')
  if (!next) return
  noteChanges(list, next)
  list.querySelectorAll('input[name=case]:checked').forEach((box) => {
    const same = rowOf(next, box.value)?.querySelector('input[name=case]')
    if (same) same.checked = true
  })
  const held = whatIsHeld(list)
  list.replaceWith(next)
  holdOn(next, held)
  keepMarks()
  await renew(document.getElementById('case'), next)
}

// Said by a word in the row, beside its colour.
function noteChanges (list, next) {
  for (const row of next.querySelectorAll('tr[data-case]')) {
    const { case: code, version } = row.dataset
    const old = rowOf(list, code)
    if (Number(version) > seen && old?.dataset.version !== version && fresh.get(code) !== 'new') {
      fresh.set(code, old ? 'changed' : 'new')
    }
    const what = fresh.get(code)
    if (!what) continue
    row.classList.add('fresh')
    const mark = document.createElement('span')
    mark.className = 'desk__mark desk__mark--fresh'
    mark.textContent = next.dataset[what]
    row.querySelector('td a').after(mark)
  }
}

// The row that has the focus, or else the first that is on the screen, and where on it.
function whatIsHeld (list) {
  const active = list.contains(document.activeElement) ? document.activeElement : null
  const rows = [...list.querySelectorAll('tr[data-case]')]
  const row = active?.closest('tr[data-case]') || rows.find((one) => one.getBoundingClientRect().top >= 0)
  return {
    code: row?.dataset.case,
    place: rows.indexOf(row),
    top: row?.getBoundingClientRect().top,
    tick: active?.matches('input[name=case]'),
    link: active && !active.closest('tr') ? active.getAttribute('href') : null,
    isIn: Boolean(active)
  }
}

function holdOn (list, held) {
  const rows = [...list.querySelectorAll('tr[data-case]')]
  const row = (held.code && rowOf(list, held.code)) || rows[Math.min(held.place, rows.length - 1)]
  if (held.isIn) {
    const target = held.link
      ? list.querySelector(`a[href="${CSS.escape(held.link)}"]`)
      : row?.querySelector(held.tick ? 'input[name=case]' : 'a')
    target?.focus({ preventScroll: true })
  }
  if (!row || held.top === undefined) return
  const pane = list.closest('.desk__waits')
  const moved = row.getBoundingClientRect().top - held.top
  if (pane && pane.scrollHeight > pane.clientHeight) pane.scrollTop += moved
  else if (held.isIn || window.scrollY > 0) window.scrollBy({ top: moved, behavior: 'instant' })
}

// How many are marked stands on the button that goes on with them.
function keepMarks () {
  const form = document.querySelector('form[data-marks]')
  if (!form) return
  const all = form.querySelector('[data-mark-all]')
  const boxes = [...form.querySelectorAll('input[name=case]')]
  const count = () => {
    const number = boxes.filter((box) => box.checked).length
    form.querySelector('[data-marked]').textContent = number ? ` (${number})` : ''
    boxes.forEach((box) => box.closest('tr').classList.toggle('marked', box.checked))
  }
  all.hidden = false
  all.onclick = () => {
    const wanted = boxes.some((box) => !box.checked)
    boxes.forEach((box) => { box.checked = wanted })
    count()
  }
  form.addEventListener('change', count)
  count()
}

async function renew (hand, list) {
  if (!hand.dataset.case) return
  const row = rowOf(list, hand.dataset.case)
  if (row && row.dataset.version === hand.dataset.version) return
  if (isInUse(hand)) {
    // Off the list without a row it may only be on another page; the notice then says too much.
    hand.querySelector('[data-desk-moved]').hidden = !row
    return
  }
  const next = (await fetched(window.location.href.replace(/([?&])done=[^&]*&?/, '$1')))?.getElementById('case')
  if (next && !isInUse(hand)) hand.replaceWith(next)
}

function isInUse (hand) {
  return hand.contains(document.activeElement) ||
    [...hand.querySelectorAll('textarea, select')].some((box) => box.value !== '')
}

async function fetched (address) {
  const answer = await fetch(address, { headers: { Accept: 'text/html' } })
  if (!answer.ok || answer.redirected) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}
