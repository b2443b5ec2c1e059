// Single keys of the desk. They move the real focus, so that a screen reader reads what it lands on;
// they are silent while one types, with a modifier, and when the officer has switched them off.
const KEPT = 'desk-keys'

const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => boxOf(rowInHand())?.click(),
  a: () => document.querySelector('[data-mark-all]')?.click(),
  b: () => document.querySelector('form[data-marks] [type=submit]')?.click(),
  c: () => document.getElementById('case')?.focus(),
  n: () => document.querySelector('#list a[rel=next]')?.click(),
  p: () => document.querySelector('#list a[rel=prev]')?.click(),
  u: () => document.querySelector('.desk__back a, .govuk-back-link')?.click(),
  '/': () => {
    const box = document.getElementById('q')
    box?.focus()
    box?.select()
  },
  '?': () => document.getElementById('keys')?.showModal()
}

export function keepKeys () {
  const sheet = document.getElementById('keys')
  if (!sheet) return
  const opener = document.querySelector('[data-keys-open]')
  opener.hidden = false
  opener.addEventListener('click', () => sheet.showModal())
  const on = sheet.querySelector('[data-keys-on]')
  on.checked = isOn()
  on.addEventListener('change', () => keep(on.checked))
  document.addEventListener('keydown', press)
}

function press (event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return
  if (!isOn() || document.querySelector('dialog[open]') || isTyping(event.target)) return
  const act = ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  if (!act) return
  event.preventDefault()
  act()
}

function isTyping (part) {
  return part.matches('textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])')
}

const rows = () => [...document.querySelectorAll('#list tr[data-case]')]
const boxOf = (row) => row?.querySelector('input[name=case]')

function rowInHand () {
  return document.activeElement.closest('#list tr[data-case]') || document.querySelector('#list tr.on')
}

function step (by) {
  const all = rows()
  const here = all.indexOf(rowInHand())
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)
  const link = all[next]?.querySelector('td a')
  link?.focus()
  link?.scrollIntoView({ block: 'nearest' })
}

function isOn () {
  try {
    return localStorage.getItem(KEPT) !== 'off'
  } catch {
    return true // a browser that keeps nothing
  }
}

function keep (on) {
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off')
  } catch {}
}
